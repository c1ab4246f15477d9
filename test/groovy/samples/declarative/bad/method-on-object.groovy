// line 4: Method calls on objects not allowed outside "script" blocks
pipeline {
    agent any
    stages { stage('A') { steps { ['a'].each { echo it } } } }
}
