package library

import groovy.json.JsonSlurper
import harness.Jenkins
import harness.Repository
import spock.lang.Shared
import spock.lang.Specification

import java.nio.file.Files

/** Approvals by others, of the very plan that was read, and plans of builds that wait side by side. */
class ApprovalSpec extends Specification {

    static final String JENKINSFILE = "@Library('automation-stack@v1') _\nautomationStack()\n"

    @Shared File installed = File.createTempDir('automation-stack-', '-installed')
    Jenkins jenkins = new Jenkins()
    Project project = new Project()
    File ledger = new File(project.home, 'ledger')

    def setupSpec() {
        Files.copy(new File(Repository.root(), 'resources/automation-stack/runner.mjs').toPath(), new File(installed, 'runner.mjs').toPath())
    }

    def setup() {
        jenkins.env.AUTOMATION_STACK_RUNNER = new File(installed, 'runner.mjs').path
        configured('required')
    }

    def cleanup() {
        project.remove()
    }

    def cleanupSpec() {
        installed.deleteDir()
    }

    /** The author of the commit is test <test@example.invalid>. */
    private void configured(String approval, String more = '') {
        String text = Project.CONFIGURATION.replace('approval: required', "approval: ${approval}")
        project.write('automation-stack.yml': "# ${approval}\n${text}state: { location: ${ledger} }\n${more}".toString())
        project.commit("feat: ask for ${approval}")
    }

    private build(String branch, Map more = [:]) {
        jenkins.run(JENKINSFILE, project.build(branch, more))
    }

    private List<Map> approvals() {
        File folder = new File(ledger, 'shop/approvals/production/00000')
        folder.listFiles()?.findAll { it.name.endsWith('.json') }?.sort { it.name }?.collect { new JsonSlurper().parse(it) as Map } ?: []
    }

    def 'the question says who may not, an answer of theirs is refused with a line, and it is asked again'() {
        given:
        configured('{ not: [author] }')
        jenkins.answer('test')
        jenkins.answer('TEST@example.invalid')
        jenkins.answer('alice')

        when:
        def build = build('main')

        then:
        build.result == 'SUCCESS'
        def asked = build.steps('input')*.args*.message
        asked.size() == 3
        asked[0].contains('May not approve it: test <test@example.invalid> (author)')
        asked[1].contains('test may not approve it')
        build.log.contains('test may not approve it: they wrote it, or started this build. The question is asked again.')
        build.steps('timeout').count { it.args.time == 1440 } == 1
        project.stages()['approve:production'].reason == 'approved by alice'
        approvals()*.approvedBy == [['alice']]
        approvals()*.authors == [['test <test@example.invalid>']]
    }

    def 'two approve, each of them once, and both are recorded'() {
        given:
        configured('{ count: 2 }')
        jenkins.answer('alice')
        jenkins.answer('Alice')
        jenkins.answer('bob')

        when:
        def build = build('main')

        then:
        build.result == 'SUCCESS'
        def asked = build.steps('input')*.args*.message
        asked[0].contains('0 of 2 approvals')
        asked[1].contains('1 of 2 approvals, given by alice')
        asked[2].contains('Alice may not approve it: another person has to')
        project.stages()['approve:production'].reason == 'approved by alice and bob'
        approvals()*.approvedBy == [['alice', 'bob']]
    }

    def 'whom the configuration knows by another name is asked again'() {
        given:
        configured('{ not: [author] }', 'people: { t1: [other@example.invalid], t2: [test@example.invalid] }\n')
        jenkins.answer('t2')
        jenkins.answer('alice')

        expect:
        build('main').result == 'SUCCESS'
    }

    def 'the second of two who refuses ends the build, with their name'() {
        given:
        configured('{ count: 2 }')
        jenkins.answer('alice')
        jenkins.refuse('bob')

        when:
        def build = build('main')

        then:
        build.result == 'NOT_BUILT'
        build.failure.message.contains('refused by bob')
        approvals().empty
    }

    def 'only what each of two has named may be destroyed'() {
        given: 'a thing that is protected, is there, and would be replaced'
        jenkins.answer('alice')
        assert build('main').result == 'SUCCESS'
        configured('{ count: 2 }')
        String text = new File(project.repository, 'automation-stack.yml').text
        project.write('automation-stack.yml': text.replace('workspace: production', 'workspace: production, protect: [terraform_data.thing]'),
            'terraform/main.tf': Project.ROOT.replace('{ input', '{\n  triggers_replace = 2\n  input').replace(' }\noutput', '\n}\noutput'))
        project.commit('feat: replace')
        jenkins.answer('alice', [ALLOW_DESTROY: 'terraform_data.thing'])
        jenkins.answer('bob', [ALLOW_DESTROY: second])

        expect:
        build('main').result == result

        where:
        second                 || result
        'terraform_data.thing' || 'SUCCESS'
        ''                     || 'NOT_BUILT'
    }

    def 'the question names the plan; it is the one that is applied, and recorded with who approved it'() {
        given:
        String shown = null
        jenkins.step('input') { args ->
            File folder = new File(project.workspace, '.automation-stack/plans').listFiles().find { it.directory }
            File described = new File(folder, 'production.tfplan.json')
            shown = (new JsonSlurper().parse(described) as Map).binding.plan
            assert args.message.contains("(plan ${shown.take(12)})")
            'alice'
        }

        when:
        def build = build('main')

        then:
        build.result == 'SUCCESS'
        approvals()*.plan == [shown]
        new JsonSlurper().parse(new File(ledger, 'shop/changes/production/00000/00000001.json')).plan == shown
    }

    def 'a ledger in the workspace is refused before anything is done, with what to write'() {
        given:
        project.write('automation-stack.yml': Project.CONFIGURATION + 'state: { location: ledger }\n')
        project.commit('feat: keep it here')

        when:
        def build = build('develop')

        then:
        build.result == 'FAILURE'
        build.failure.message.contains('each branch and job has its own')
        build.failure.message.contains('state: { location: s3://BUCKET/delivery }')
        project.state('staging') == null
    }

    def 'of two builds that wait each takes its own plan; the slower one is told who was faster'() {
        given: 'a second build that goes all the way while the first one waits'
        Jenkins other = new Jenkins()
        other.env.AUTOMATION_STACK_RUNNER = jenkins.env.AUTOMATION_STACK_RUNNER
        other.answer('bob')
        def faster = null
        jenkins.step('input') { args ->
            faster = other.run(JENKINSFILE, project.build('main', [number: 2]))
            'alice'
        }

        when:
        def build = build('main', [number: 1])

        then:
        faster.result == 'SUCCESS'
        build.result == 'FAILURE'
        build.failure.message.contains('another build has applied production since it was made')
        build.failure.message.contains('Run the build again')
    }

}
