package pipelines

import harness.Build
import harness.Jenkins
import harness.Repository
import library.Project
import spock.lang.Specification

/** drift.Jenkinsfile on the library as it is: the packed runner and real Terraform. */
class DriftJourneySpec extends Specification {
    Jenkins jenkins = new Jenkins()
    Project project = new Project()

    def cleanup() {
        project.remove()
    }

    def 'what is not as configured makes the build unstable, and names its environments'() {
        when: 'staging is applied, and production is not'
        apply('staging')
        Build build = look()

        then:
        build.result == 'UNSTABLE'
        build.description == 'Drift: production'
        build.stage('staging').status == 'SUCCESS'
        build.stage('production').status == 'UNSTABLE'

        when: 'so is production'
        apply('production')

        then:
        look().result == 'SUCCESS'
    }

    private Build look() {
        jenkins.run(new File(Repository.root(), 'pipelines/drift.Jenkinsfile').getText('UTF-8'), project.build('develop'))
    }

    private void apply(String environment) {
        Build build = jenkins.run("@Library('automation-stack') _\nnode { checkout scm; stackApply env: '$environment' }", project.build('develop'))
        assert build.result == 'SUCCESS': build
    }
}
