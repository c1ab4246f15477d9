// line 5: Parallel stages are not allowed inside parallel stages ("A")
pipeline {
    agent none
    stages { stage('A') { parallel { stage('B') {
        parallel { stage('C') { steps { echo 'c' } } } } } } }
}
