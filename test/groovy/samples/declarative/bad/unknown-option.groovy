// line 4: Invalid option type "timestamp"
pipeline {
    agent any
    options { timestamp() }
    stages { stage('A') { steps { echo 'a' } } }
}
