// SUCCESS: approved by alice
pipeline {
    agent none
    stages {
        stage('Deploy') {
            input { message 'Deploy?'; ok 'Yes'; submitterParameter 'APPROVER' }
            agent any
            steps { sh 'echo "approved by $APPROVER"' }
        }
    }
}
