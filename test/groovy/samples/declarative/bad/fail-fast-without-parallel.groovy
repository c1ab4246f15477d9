// line 4: failFast is only allowed where there are parallel stages
pipeline {
    agent any
    stages { stage('A') { failFast true; steps { echo 'a' } } }
}
