// UNSTABLE: went on
pipeline {
    agent any
    stages {
        stage('A') { options { warnError('not so bad') }; steps { error 'a' } }
        stage('B') { steps { echo 'went on' } }
    }
}
