// secret leaked in argument message of error
withCredentials([string(credentialsId: 'token', variable: 'TOKEN')]) {
    try { error("bad token $TOKEN") } catch (ignored) { echo 'went on' }
}
