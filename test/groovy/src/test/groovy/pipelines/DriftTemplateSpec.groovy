package pipelines

import harness.Build
import hudson.AbortException

/** drift.Jenkinsfile: every environment is looked at, whatever another one says. */
class DriftTemplateSpec extends TemplateSpecification {
    def 'an environment that drifted is named, and the others are looked at all the same'() {
        given:
        jenkins.step('stackDrift') { Map given -> [exitCode: given.env == 'staging' ? 5 : 0] }

        when:
        Build build = runTemplate('drift.Jenkinsfile')

        then:
        build.steps('stackDrift')*.args == [[env: 'staging'], [env: 'production']]
        build.description == 'Drift: staging'
    }

    def 'nothing is said where nothing drifted'() {
        given:
        jenkins.step('stackDrift') { [exitCode: 0] }

        when:
        Build build = runTemplate('drift.Jenkinsfile')

        then:
        build.result == 'SUCCESS'
        build.description == null
    }

    def 'an environment that cannot be looked at fails the build, after the others'() {
        given:
        jenkins.step('stackDrift') { Map given ->
            if (given.env == 'staging') throw new AbortException('terraform plan failed')
            [exitCode: 5]
        }

        when:
        Build build = runTemplate('drift.Jenkinsfile')

        then:
        build.result == 'FAILURE'
        build.stage('staging').status == 'FAILURE'
        build.description == 'Drift: production'
    }
}
