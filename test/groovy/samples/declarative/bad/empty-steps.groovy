// line 4: No steps specified for stage "A"
pipeline {
    agent any
    stages { stage('A') { steps { } } }
}
