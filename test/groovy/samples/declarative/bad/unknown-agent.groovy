// line 3: Invalid agent type "machine" specified. Must be one of [label
pipeline {
    agent { machine 'linux' }
    stages { stage('A') { steps { echo 'a' } } }
}
