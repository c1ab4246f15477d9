// secret leaked in argument message of echo
withCredentials([string(credentialsId: 'token', variable: 'TOKEN')]) {
    echo "the token is ${env.TOKEN}"
}
