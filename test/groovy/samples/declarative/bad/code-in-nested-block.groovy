// line 4: Expected a step: code (trycatch) must stand in a script block
pipeline {
    agent any
    stages { stage('A') { steps { dir('b') { try { echo 'a' } finally { echo 'b' } } } } }
}
