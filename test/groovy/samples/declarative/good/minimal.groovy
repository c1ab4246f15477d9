// SUCCESS: hello
pipeline {
    agent any
    stages { stage('Hello') { steps { echo 'hello' } } }
}
