// SUCCESS: gone
node {
    withCredentials([file(credentialsId: 'kubeconfig', variable: 'KUBECONFIG'), sshUserPrivateKey(credentialsId: 'deploy-key', keyFileVariable: 'KEY', usernameVariable: 'WHO')]) {
        sh 'grep -q clusters "$KUBECONFIG" && grep -q PRIVATE "$KEY" && test "$WHO" = deploy'
        writeFile file: 'place', text: env.KUBECONFIG
    }
    sh 'test -e "$(cat place)" || echo gone'
}
