// line 6: Expected a step
pipeline {
    agent any
    stages {
        stage('A') { steps {
            def version = '1'
            echo version
        } }
    }
}
