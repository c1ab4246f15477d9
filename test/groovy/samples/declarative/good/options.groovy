// SUCCESS: third
pipeline {
    agent { label 'linux' }
    options {
        timestamps()
        timeout(time: 1, unit: 'HOURS')
        buildDiscarder(logRotator(numToKeepStr: '10'))
        disableConcurrentBuilds()
        skipDefaultCheckout()
    }
    triggers { cron('H 2 * * *') }
    stages {
        stage('Flaky') {
            options { retry(3) }
            steps { sh 'echo x >> tries; test "$(wc -l < tries)" -eq 3 && echo third' }
        }
    }
}
