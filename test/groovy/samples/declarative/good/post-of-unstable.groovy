// UNSTABLE: order always changed unsuccessful unstable cleanup
pipeline {
    agent any
    stages { stage('A') { steps { unstable 'hm' } } }
    post {
        cleanup { script { echo "${env.ORDER} cleanup" } }
        unstable { script { env.ORDER += ' unstable' } }
        unsuccessful { script { env.ORDER += ' unsuccessful' } }
        changed { script { env.ORDER += ' changed' } }
        always { script { env.ORDER = 'order always' } }
    }
}
