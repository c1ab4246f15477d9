// line 5: "agent" is not allowed in stage "A" as it contains parallel stages
pipeline {
    agent none
    stages { stage('A') {
        agent any
        parallel { stage('B') { steps { echo 'b' } } }
    } }
}
