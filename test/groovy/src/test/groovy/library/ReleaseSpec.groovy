package library

import harness.Jenkins
import spock.lang.Specification

/** Versions by the pipeline and by the step: the packed runner, and the repository that a build checks out as `origin`. */
class ReleaseSpec extends Specification {

    static final String JENKINSFILE = "@Library('automation-stack@v1') _\nautomationStack()\n"

    Jenkins jenkins = new Jenkins()
    Project project = new Project('automation-stack.yml': Project.CONFIGURATION + 'release: { branches: [develop] }\n')

    def setup() {
        jenkins.env.AUTOMATION_STACK_HOME = new File(project.home, 'agent').path
        jenkins.env.GIT_COMMITTER_NAME = 'jenkins'
        jenkins.env.GIT_COMMITTER_EMAIL = 'jenkins@example.invalid'
    }

    def cleanup() {
        project.remove()
    }

    def 'a branch that is released ends with a stage that tags its commit in origin, once'() {
        when:
        def first = jenkins.run(JENKINSFILE, project.build('develop'))
        def second = jenkins.run(JENKINSFILE, project.build('develop'))

        then:
        first.result == 'SUCCESS'
        second.result == 'SUCCESS'
        project.git('tag') == 'v0.1.0'
        project.git('rev-parse', 'v0.1.0^{commit}') == project.git('rev-parse', 'develop')
        project.git('log', '--format=%s') == 'feat: begin'
        project.stages().release.reason == 'v0.1.0 already'
    }

    def 'a branch that is not makes no version'() {
        when:
        project.git('branch', 'feature', 'develop')
        jenkins.run(JENKINSFILE, project.build('feature'))

        then:
        project.git('tag') == ''
    }

    def 'the step gives the version to those behind it'() {
        when:
        def build = jenkins.run('''
            @Library('automation-stack@v1') _
            node {
                checkout scm
                def released = stackRelease(tagOnly: true)
                echo "made ${released.data.version} by ${released.data.tag}: ${released.data.isNew}"
            }
        '''.stripIndent().trim(), project.build('develop'))

        then:
        build.result == 'SUCCESS'
        build.log.contains('made 0.1.0 by v0.1.0: true')
        project.git('tag') == 'v0.1.0'
    }

}
