// SUCCESS: to staging of  at  true
pipeline {
    agent none
    parameters {
        choice(name: 'PLACE', choices: ['staging', 'production'], description: 'where')
        string(name: 'VERSION', defaultValue: '', trim: true)
        booleanParam(name: 'WAIT', defaultValue: true)
    }
    stages { stage('Show') { steps { echo "to ${params.PLACE} of ${params.VERSION} at ${env.VERSION ?: ''} ${params.WAIT}" } } }
}
