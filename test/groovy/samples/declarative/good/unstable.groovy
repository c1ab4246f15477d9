// UNSTABLE: told unstable
pipeline {
    agent any
    options { skipStagesAfterUnstable() }
    stages {
        stage('Test') { steps { unstable 'some failed' }; post { unstable { echo 'stage unstable' } } }
        stage('Deploy') { steps { error 'must be skipped' } }
    }
    post { unstable { echo 'told unstable' } }
}
