// line 4: Unknown conditional "branches"
pipeline {
    agent any
    stages { stage('A') { when { branches 'main' }; steps { echo 'a' } } }
}
