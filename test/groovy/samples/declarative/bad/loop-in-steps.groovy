// line 4: Expected a step: code (for) must stand in a script block
pipeline {
    agent any
    stages { stage('A') { steps { for (i in [1]) { echo 'a' } } } }
}
