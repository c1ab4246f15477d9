// line 4: Expected one of "steps", "stages", "parallel" or "matrix" for stage "A"
pipeline {
    agent any
    stages { stage('A') { environment { B = '1' } } }
}
