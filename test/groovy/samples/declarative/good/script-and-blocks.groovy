// SUCCESS: 0 1 2 in sub
def names = ['a', 'b']
def shout(text) { text.toUpperCase() }
pipeline {
    agent any
    stages {
        stage('Work') {
            steps {
                dir('sub') {
                    withEnv(['A=1']) { sh 'pwd > place' }
                }
                script {
                    def all = ''
                    for (int i = 0; i < 3; i++) { all += "$i " }
                    names.each { echo shout(it) }
                    echo "${all}in ${readFile(file: 'sub/place', encoding: 'UTF-8').trim().tokenize('/').last()}"
                }
            }
        }
    }
}
