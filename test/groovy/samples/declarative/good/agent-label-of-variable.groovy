// SUCCESS: on linux
def place = 'linux'
pipeline {
    agent { label place }
    stages { stage('A') { steps { echo "on $env.NODE_LABELS" } } }
}
