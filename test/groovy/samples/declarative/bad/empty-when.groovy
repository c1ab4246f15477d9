// line 4: Empty when closure
pipeline {
    agent any
    stages { stage('A') { when { }; steps { echo 'a' } } }
}
