// SUCCESS: version 1.2.3
def version() { '1.2.' + patch() }
def patch() { echo 'asked'; 3 }
pipeline {
    agent any
    environment { VERSION = version() }
    stages { stage('A') { steps { echo "version $env.VERSION" } } }
}
