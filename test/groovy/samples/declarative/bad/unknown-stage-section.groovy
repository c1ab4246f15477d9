// line 4: Unknown stage section in stage "A": "step"
pipeline {
    agent any
    stages { stage('A') { step { echo 'a' } ; steps { echo 'a' } } }
}
