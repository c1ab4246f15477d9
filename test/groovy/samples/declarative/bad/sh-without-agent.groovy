// Required context class hudson.FilePath is missing
pipeline {
    agent none
    stages { stage('A') { steps { sh 'true' } } }
}
