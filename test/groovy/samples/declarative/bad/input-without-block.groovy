// line 4: Expected a block for input
pipeline {
    agent none
    stages { stage('A') { input 'Deploy?'; steps { echo 'a' } } }
}
