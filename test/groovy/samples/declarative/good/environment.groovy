// SUCCESS: a=1 b=1-2 c=deep made $HOME
pipeline {
    agent any
    environment {
        A = '1'
        B = "${A}-2"
        MADE = sh(script: 'printf made', returnStdout: true)
    }
    stages {
        stage('Show') {
            environment { C = 'deep'; DOLLAR = '$HOME' }
            steps { sh 'echo "a=$A b=$B c=$C $MADE $DOLLAR"' }
        }
    }
}
