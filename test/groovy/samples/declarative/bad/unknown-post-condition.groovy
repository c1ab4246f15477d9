// line 5: Invalid condition "onFailure"
pipeline {
    agent any
    stages { stage('A') { steps { echo 'a' } } }
    post { onFailure { echo 'b' } }
}
