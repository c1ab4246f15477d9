// SUCCESS: in both
pipeline {
    agent none
    stages {
        stage('Docker') { agent { docker { image 'node:20'; label 'docker'; args '-u root' } }; steps { sh 'true' } }
        stage('Pod') { agent { kubernetes { yaml 'kind: Pod'; defaultContainer 'node' } }; steps { echo 'in both' } }
    }
}
