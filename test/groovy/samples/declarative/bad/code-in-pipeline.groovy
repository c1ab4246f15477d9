// line 3: Not a valid section definition in pipeline
pipeline {
    def version = '1'
    agent any
    stages { stage('A') { steps { echo 'a' } } }
}
