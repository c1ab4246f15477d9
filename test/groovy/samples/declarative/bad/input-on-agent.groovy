// waits inside node
pipeline {
    agent any
    stages { stage('A') { steps { input 'Deploy?' } } }
}
