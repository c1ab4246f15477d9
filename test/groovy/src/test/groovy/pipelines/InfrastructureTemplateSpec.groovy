package pipelines

import harness.Build
import harness.StepContext
import harness.StepRecord
import spock.lang.Unroll

/** infrastructure.Jenkinsfile: nothing is changed but by the very plan that somebody approved. */
class InfrastructureTemplateSpec extends TemplateSpecification {
    private static final Map CHANGES = [
        headline: '1 to create', hasChanges: true,
        resources: [[action: 'create', address: 'aws_vpc.main'], [action: 'destroy', address: 'aws_eip.old']],
    ]
    private Map summary = CHANGES
    private List<String> applied = []

    def setup() {
        jenkins.step('stackPlan') { Map given, StepContext context ->
            new File(context.directory, given.out).text = "plan of ${context.execution.build.number}"
            new File(context.directory, "${given.out}.json").text = '{}'
            [exitCode: 0, data: [environment: given.env, summary: summary]]
        }
        jenkins.step('stackApply') { Map given, StepContext context ->
            applied << new File(context.directory, given.plan).text
            [exitCode: 0]
        }
    }

    def 'a pull request shows the plan of where it leads to, and neither asks nor applies'() {
        when:
        Build build = run([branch: 'PR-7', change: [id: '7', target: 'main']])

        then:
        build.result == 'SUCCESS'
        build.steps('stackPlan')*.args == [[env: 'production', out: 'approved.tfplan']]
        build.description == 'production: 1 to create'
        applied == []
        build.steps('input') == []
        // A plan holds secrets: a pull request's is not even kept.
        build.steps('stash') == []
    }

    def 'the branch plans, asks outside of any agent, and applies what was approved, after milestone and lock, without planning anew'() {
        given:
        jenkins.answer('alice')

        when:
        Build build = run([branch: 'main', number: 3])

        then:
        build.result == 'SUCCESS'
        applied == ['plan of 3']
        build.steps('stackPlan').size() == 1
        build.steps*.name.findAll { it in ['stackPlan', 'stash', 'input', 'milestone', 'lock', 'unstash', 'stackApply'] } ==
            ['stackPlan', 'stash', 'input', 'milestone', 'lock', 'unstash', 'stackApply']
        !build.steps('input')[0].inside('node')
        build.steps('stackApply')[0].inside('lock')
        build.description == 'production: 1 to create, approved by alice'
    }

    def 'who approves reads what will be created, changed and destroyed'() {
        given:
        jenkins.answer('alice')

        when:
        StepRecord input = run([branch: 'develop']).steps('input')[0]

        then:
        input.args.message == 'Change staging? 1 to create\ncreate aws_vpc.main\ndestroy aws_eip.old'
    }

    def 'who approves a plan that loses data reads what, and types what may go'() {
        given:
        Map loss = [address: 'aws_db_instance.main', action: 'replace', holds: 'a database']
        summary = CHANGES + [losses: [loss]]
        jenkins.answer('alice', [allowDestroy: ' aws_db_instance.main \n\n'])

        when:
        Build build = run([branch: 'main'])

        then:
        build.result == 'SUCCESS'
        build.steps('input')[0].args.message ==
            'Change production? 1 to create\nData would be lost:\nreplace aws_db_instance.main (a database)\ncreate aws_vpc.main\ndestroy aws_eip.old'
        build.steps('stackApply')[0].args.allowDestroy == ['aws_db_instance.main']
        build.description == 'production: 1 to create, approved by alice'
    }

    def 'a refusal ends the build as aborted, and nothing is applied'() {
        given:
        jenkins.refuse('bob')

        when:
        Build build = run([branch: 'main'])

        then:
        build.result == 'ABORTED'
        applied == []
        build.description == 'production: 1 to create, not approved'
    }

    def 'so does an approval that nobody gives in time'() {
        given:
        jenkins.timeOutAt { it.name == 'input' }

        when:
        Build build = run([branch: 'main'])

        then:
        build.result == 'ABORTED'
        applied == []
        build.description == 'production: 1 to create, not approved'
    }

    def 'nobody is asked where nothing would change'() {
        given:
        summary = [headline: 'No changes', hasChanges: false, resources: []]

        when:
        Build build = run([branch: 'main'])

        then:
        build.result == 'SUCCESS'
        build.steps('input') == []
        applied == []
    }

    def 'an older build that waits cannot apply after a newer one'() {
        given:
        jenkins.answer('alice')
        jenkins.answer('alice')

        when:
        Build newer = run([branch: 'main', number: 5])
        Build older = run([branch: 'main', number: 4])

        then:
        newer.result == 'SUCCESS'
        older.result == 'NOT_BUILT'
        applied == ['plan of 5']
    }

    def 'an environment is changed by one build at a time: the lock is named for it, not for the branch'() {
        given:
        2.times { jenkins.answer('alice') }

        expect:
        run([branch: 'main', job: 'shop/infrastructure/main']).steps('lock')*.args == [[resource: 'shop/infrastructure/production']]
        run([branch: 'develop', job: 'shop/infrastructure/develop']).steps('lock')*.args == [[resource: 'shop/infrastructure/staging']]
    }

    @Unroll
    def 'a branch that leads nowhere is not built: #options'() {
        when:
        Build build = run(options)

        then:
        build.result == 'NOT_BUILT'
        build.steps('stackPlan') == []

        where:
        options << [[branch: 'feature/x'], [branch: 'PR-8', change: [id: '8', target: 'feature/x']]]
    }

    @Unroll
    def 'it goes on where it was when the controller starts again at #step'() {
        given:
        jenkins.answer('alice')
        jenkins.resumeAt { it.name == step }

        when:
        Build build = run([branch: 'main', number: 9])

        then:
        build.result == 'SUCCESS'
        applied == ['plan of 9']
        build.description == 'production: 1 to create, approved by alice'

        where:
        step << ['stackPlan', 'input', 'lock', 'unstash']
    }

    private Build run(Map options) {
        runTemplate('infrastructure.Jenkinsfile', options)
    }
}
