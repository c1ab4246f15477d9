package library

import harness.Jenkins
import spock.lang.Specification

/** `automationStack()`: the stage graph of a branch, on the packed runner and real Terraform. */
class PipelineSpec extends Specification {

    static final String JENKINSFILE = "@Library('automation-stack@v1') _\nautomationStack()\n"

    Jenkins jenkins = new Jenkins()
    Project project = new Project()

    def cleanup() {
        project.remove()
    }

    private build(String branch, Map more = [:]) {
        jenkins.run(JENKINSFILE, project.build(branch, more))
    }

    def 'a branch runs the stages that the runner names, in their order'() {
        when:
        def build = build('develop')

        then:
        build.result == 'SUCCESS'
        build.stages*.name == ['Plan staging', 'Apply staging']
        build.stages*.status == ['SUCCESS', 'SUCCESS']
        project.state('staging').contains('"staging"')
    }

    def 'a branch that leads nowhere does nothing and ends well'() {
        given:
        project.git('branch', 'feature')

        when:
        def build = build('feature')

        then:
        build.result == 'SUCCESS'
        build.stages.empty
    }

    def 'production waits for a person outside of any agent, then for milestone, lock and agent in this order'() {
        given:
        jenkins.answer('alice')

        when:
        def build = build('main')

        then:
        build.result == 'SUCCESS'
        build.stages*.name == ['Plan production', 'Approve production', 'Apply production']
        def input = build.steps('input').first()
        !input.inside('node')
        input.args.message.contains('Bring shop to production?')
        input.args.message.contains('1 to create')
        def order = build.steps.findAll { it.number > input.number && it.name in ['milestone', 'lock', 'node'] }*.name
        order.take(3) == ['milestone', 'lock', 'node']
        build.steps('lock').first().args.resource == 'shop/production'
        build.steps('sh').findAll { it.number > input.number }.every { it.inside('lock') && it.inside('node') }
    }

    def 'what was planned before the approval is applied after it, and nothing else'() {
        given: 'a change of the root while the approval is waited for'
        jenkins.step('input') { args ->
            new File(project.workspace, 'terraform/main.tf') << '\noutput "more" { value = 1 }\n'
            'alice'
        }
        jenkins.step('checkout') { args, context -> project.checkOutOnce(context) }

        when:
        def build = build('main')

        then:
        build.result == 'FAILURE'
        build.failure.message.contains('Apply production')
        build.failure.message.contains('no longer fits')
        !project.state('production')?.contains('"production"')
    }
}
