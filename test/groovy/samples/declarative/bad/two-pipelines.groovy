// line 6: Only one pipeline block is allowed
pipeline {
    agent any
    stages { stage('A') { steps { echo 'a' } } }
}
pipeline {
    agent any
    stages { stage('B') { steps { echo 'b' } } }
}
