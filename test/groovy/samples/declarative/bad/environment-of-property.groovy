// line 4: Environment variable values must either be
pipeline {
    agent any
    environment { A = env.BRANCH_NAME }
    stages { stage('A') { steps { echo 'a' } } }
}
