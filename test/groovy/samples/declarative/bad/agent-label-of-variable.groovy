// line 4: Expected a string literal for the agent's label
def place = 'linux'
pipeline {
    agent { label place }
    stages { stage('A') { steps { echo 'a' } } }
}
