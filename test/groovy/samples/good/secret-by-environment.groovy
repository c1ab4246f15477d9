// SUCCESS: token is **** and of 6
node {
    withCredentials([string(credentialsId: 'token', variable: 'TOKEN'), usernamePassword(credentialsId: 'database', usernameVariable: 'U', passwordVariable: 'P')]) {
        sh 'echo "token is $TOKEN and of ${#TOKEN}"; test "${#P}" = 5'
    }
    sh 'test -z "$TOKEN"'
}
