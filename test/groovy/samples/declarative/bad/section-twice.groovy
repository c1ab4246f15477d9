// line 4: Multiple occurrences of the agent section
pipeline {
    agent any
    agent none
    stages { stage('A') { steps { echo 'a' } } }
}
