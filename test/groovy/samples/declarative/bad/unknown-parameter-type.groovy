// line 4: Invalid parameter type "flag"
pipeline {
    agent any
    parameters { flag(name: 'A') }
    stages { stage('A') { steps { echo 'a' } } }
}
