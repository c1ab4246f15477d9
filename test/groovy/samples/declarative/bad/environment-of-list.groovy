// line 4: Environment variable values must either be
pipeline {
    agent any
    environment { A = ['a', 'b'] }
    stages { stage('A') { steps { echo 'a' } } }
}
