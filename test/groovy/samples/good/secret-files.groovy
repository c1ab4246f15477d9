// SUCCESS: gone
node {
    withCredentials([file(credentialsId: 'kubeconfig', variable: 'KUBECONFIG'), sshUserPrivateKey(credentialsId: 'deploy-key', keyFileVariable: 'KEY', usernameVariable: 'WHO')]) {
        sh 'grep -q clusters "$KUBECONFIG" && grep -q PRIVATE "$KEY" && test "$WHO" = deploy'
        sh 'for file in "$KUBECONFIG" "$KEY"; do test "$(stat -c %a "$file")" = 400; echo "$file" | grep -Eq "@tmp/secretFiles/[0-9a-f-]{36}/file[0-9]+[.]tmp$"; done'
        writeFile file: 'place', text: env.KUBECONFIG
    }
    sh 'test -e "$(cat place)" || echo gone'
}
