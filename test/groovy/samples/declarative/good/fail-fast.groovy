// FAILURE: Failed in branch B
pipeline {
    agent none
    stages { stage('A') {
        failFast true
        parallel {
            stage('B') { steps { sleep 1; error 'b is broken' } }
            stage('C') { steps { sleep 1000 } }
        }
    } }
}
