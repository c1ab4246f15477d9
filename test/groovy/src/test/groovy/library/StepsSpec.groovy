package library

import harness.Jenkins
import spock.lang.Specification

/** One command of the runner as a step: the packed runner, started by the step, on real Terraform. */
class StepsSpec extends Specification {

    Jenkins jenkins = new Jenkins()
    Project project = new Project()

    def cleanup() {
        project.remove()
    }

    private build(String steps, Map options = [:]) {
        jenkins.run("@Library('automation-stack@v1') _\nnode {\n  checkout scm\n  ${steps}\n}", project.build('develop', options))
    }

    def 'a step gives back what came of it'() {
        when:
        def build = build("def result = stackApply(env: 'staging'); echo \"\${result.status} \${result.environment} \${result.data.outputs.thing}\"")

        then:
        build.result == 'SUCCESS'
        build.log.contains('ok staging staging')
    }
}
