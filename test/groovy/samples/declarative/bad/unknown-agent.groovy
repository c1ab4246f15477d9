// line 3: Expected any, none, or one of
pipeline {
    agent { machine 'linux' }
    stages { stage('A') { steps { echo 'a' } } }
}
