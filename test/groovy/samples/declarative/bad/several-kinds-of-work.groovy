// line 4: Only one of "steps", "stages", "parallel" or "matrix" for stage "A"
pipeline {
    agent any
    stages { stage('A') { steps { echo 'a' }; stages { stage('B') { steps { echo 'b' } } } } }
}
