package pipelines

import harness.Build
import harness.Jenkins
import harness.Repository
import library.Project
import spock.lang.Specification

/** infrastructure.Jenkinsfile on the library as it is: the packed runner and real Terraform. */
class InfrastructureJourneySpec extends Specification {
    Jenkins jenkins = new Jenkins()
    Project project = new Project()

    def cleanup() {
        project.remove()
    }

    def 'a pull request shows what would change, and changes nothing'() {
        given:
        project.git('branch', 'PR-7')

        when:
        Build build = run('PR-7', [change: [id: '7', target: 'main']])

        then:
        build.result == 'SUCCESS'
        build.description == 'production: 1 to create'
        project.state('production') == null
    }

    def 'the plan that was approved is applied on another agent'() {
        given:
        jenkins.step('input') {
            jenkins.agents.lose('agent-1')
            'alice'
        }

        when:
        Build build = run('main')

        then:
        build.result == 'SUCCESS'
        build.steps('input')[0].args.message == 'Change production? 1 to create\ncreate terraform_data.thing'
        build.description == 'production: 1 to create, approved by alice'
        project.state('production') == null
        stateOn(2).contains('"production"')
    }

    def 'a plan that no longer fits is refused, not made anew'() {
        given:
        jenkins.step('input') {
            project.write('terraform/main.tf': Project.ROOT + 'output "more" { value = 1 }\n')
            project.commit('feat: more')
            'alice'
        }

        when:
        Build build = run('main')

        then:
        build.result == 'FAILURE'
        build.failure.message.contains('no longer fits')
        project.state('production') == null
    }

    private Build run(String branch, Map options = [:]) {
        String text = new File(Repository.root(), 'pipelines/infrastructure.Jenkinsfile').getText('UTF-8')
        jenkins.run(text, project.build(branch, options))
    }

    /** Terraform's state of production in the workspace of an agent that replaced another. */
    private String stateOn(int agent) {
        new File("${project.workspace.path}.agent${agent}", 'terraform/terraform.tfstate.d/production/terraform.tfstate').text
    }
}
