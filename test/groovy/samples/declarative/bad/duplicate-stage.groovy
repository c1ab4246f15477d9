// line 6: Duplicate stage name: "A"
pipeline {
    agent any
    stages {
        stage('A') { steps { echo 'a' } }
        stage('A') { steps { echo 'b' } }
    }
}
