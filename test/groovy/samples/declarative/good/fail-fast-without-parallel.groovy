// SUCCESS: a
pipeline {
    agent any
    stages { stage('A') { failFast true; steps { echo 'a' } } }
}
