// line 4: Invalid parameter "returnStdOut" of step sh
pipeline {
    agent any
    stages { stage('A') { steps { sh script: 'true', returnStdOut: true } } }
}
