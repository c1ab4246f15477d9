// line 3: Undefined section "enviroment"
pipeline {
    enviroment { A = '1' }
    agent any
    stages { stage('A') { steps { echo 'a' } } }
}
