package harness

import spock.lang.Specification

class BaseSpec extends Specification {
    def "a scripted pipeline runs"() {
        given:
        def jenkins = new Jenkins()
        jenkins.credentials.token = 'sesame'

        when:
        def build = jenkins.run('''
            def greet(name) { "hello $name" }
            node('linux') {
                stage('Build') {
                    withEnv(['A=1', 'B=$A-2']) {
                        def out = sh(script: 'echo $B', returnStdout: true).trim()
                        echo greet(out)
                    }
                    withCredentials([string(credentialsId: 'token', variable: 'T')]) { sh 'echo it is $T' }
                }
                parallel a: { sh 'echo a' }, b: { ['x', 'y'].each { echo it } }
                [k: 1, l: 2].each { k, v -> echo "$k=$v" }
            }
        ''')

        then:
        println build
        build.result == 'SUCCESS'
        build.log.contains('hello 1-2')
        build.log.contains('it is ****')
    }
}
