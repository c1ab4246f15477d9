// secret leaked in argument overrides of withEnv
withCredentials([usernamePassword(credentialsId: 'database', usernameVariable: 'U', passwordVariable: 'P')]) {
    withEnv(["DATABASE=mysql://$U:$P@db"]) { echo 'set' }
}
