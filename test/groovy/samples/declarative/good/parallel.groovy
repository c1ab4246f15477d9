// SUCCESS: both
pipeline {
    agent any
    stages {
        stage('Test') {
            parallel {
                stage('Unit') { steps { sh 'touch unit' } }
                stage('Integration') {
                    stages {
                        stage('Up') { steps { sh 'touch up' } }
                        stage('Run') { steps { sh 'touch run' } }
                    }
                }
            }
        }
        stage('After') { steps { sh 'test -e unit && test -e up && test -e run && echo both' } }
    }
}
