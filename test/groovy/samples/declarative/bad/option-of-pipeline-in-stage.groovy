// line 4: Invalid option type "buildDiscarder"
pipeline {
    agent any
    stages { stage('A') { options { buildDiscarder(logRotator(numToKeepStr: '1')) }; steps { echo 'a' } } }
}
