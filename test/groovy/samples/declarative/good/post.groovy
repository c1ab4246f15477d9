// FAILURE: order always unsuccessful failure cleanup
pipeline {
    agent any
    stages {
        stage('Break') {
            steps { error 'broken' }
            post { failure { script { env.ORDER = 'order' } }; success { error 'no success' } }
        }
        stage('Never') { steps { error 'never' } }
    }
    post {
        cleanup { script { echo "${env.ORDER} cleanup" } }
        success { error 'no success' }
        unsuccessful { script { env.ORDER += ' unsuccessful' } }
        failure { script { env.ORDER += ' failure' } }
        always { script { env.ORDER += ' always' } }
    }
}
