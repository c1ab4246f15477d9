// secret leaked in argument script of sh
node {
    withCredentials([string(credentialsId: 'token', variable: 'TOKEN')]) {
        sh "curl -H 'Authorization: Bearer ${TOKEN}' https://example.com"
    }
}
