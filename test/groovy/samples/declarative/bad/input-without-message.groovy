// line 4: Missing required parameter: "message" of input
pipeline {
    agent none
    stages { stage('A') { input { ok 'Yes' }; steps { echo 'a' } } }
}
