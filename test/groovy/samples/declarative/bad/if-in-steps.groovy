// line 4: Expected a step: code (if) must stand in a script block
pipeline {
    agent any
    stages { stage('A') { steps { if (env.A) { echo 'a' } } } }
}
