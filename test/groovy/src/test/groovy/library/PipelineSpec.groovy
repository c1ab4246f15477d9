package library

import harness.Jenkins
import harness.Repository
import spock.lang.Shared
import spock.lang.Specification
import spock.lang.Unroll

import java.nio.file.Files

/** `automationStack()`: the stage graph of a branch, on the packed runner and real Terraform. */
class PipelineSpec extends Specification {

    static final String JENKINSFILE = "@Library('automation-stack@v1') _\nautomationStack()\n"

    /** The packed runner, unpacked once for all; how it gets to an agent is StepsSpec's. */
    @Shared File installed = File.createTempDir('automation-stack-', '-installed')
    Jenkins jenkins = new Jenkins()
    Project project = new Project()

    def setupSpec() {
        Files.copy(new File(Repository.root(), 'resources/automation-stack/runner.mjs').toPath(), new File(installed, 'runner.mjs').toPath())
    }

    def setup() {
        jenkins.env.AUTOMATION_STACK_RUNNER = new File(installed, 'runner.mjs').path
        jenkins.env.AUTOMATION_STACK_HOME = new File(project.home, 'agent').path
    }

    def cleanup() {
        project.remove()
    }

    def cleanupSpec() {
        installed.deleteDir()
    }

    /** Production as it is: its next plan replaces a thing that is protected. */
    private void protectedThing() {
        project.write('automation-stack.yml': Project.CONFIGURATION.replace('workspace: production', 'workspace: production, protect: [terraform_data.thing]'))
        project.commit('feat: protect')
        jenkins.answer('alice')
        assert build('main').result == 'SUCCESS'
        project.write('terraform/main.tf': Project.ROOT.replace('{ input', '{\n  triggers_replace = 2\n  input').replace(' }\noutput', '\n}\noutput'))
        project.commit('feat: replace')
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

    @Unroll
    def '#branch, which leads nowhere, changes nothing and ends well'() {
        given:
        project.git('branch', branch)

        when:
        def build = build(branch, more)

        then:
        build.result == 'SUCCESS'
        build.stages.empty

        where:
        branch    | more
        'feature' | [:]
        'PR-5'    | [change: [id: '5', target: 'main']]
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
        input.args.message.contains('Deploy shop to production?')
        input.args.message.contains('1 to create')
        def order = build.steps.findAll { it.number > input.number && it.name in ['milestone', 'lock', 'node'] }*.name
        order.take(3) == ['milestone', 'lock', 'node']
        build.steps('lock').first().args.resource == 'shop/production'
        build.steps('sh').findAll { it.number > input.number }.every { it.inside('lock') && it.inside('node') }

        and: 'the record has what the runner would have run on a laptop, in an order that it could have taken'
        def record = project.stages()
        record*.key == ['plan:production', 'approve:production', 'apply:production']
        record*.value.status.every { it == 'ok' }
        record['approve:production'].reason == 'approved by alice'
    }

    def 'what was planned before the approval is applied after it, and nothing else'() {
        given: 'a change of the root while the approval is waited for'
        jenkins.step('input') { args ->
            new File(project.workspace, 'terraform/more.tf').text = 'output "more" { value = 1 }\n'
            'alice'
        }

        when:
        def build = build('main')

        then:
        build.result == 'FAILURE'
        build.failure.message.contains('Apply production')
        build.failure.message.contains('no longer fits')
        !project.state('production')?.contains('"production"')
    }

    def 'an approval shows what data would be lost, and what is typed there may go'() {
        given: 'a thing that is protected, is there, and would be replaced'
        protectedThing()
        jenkins.answer('alice', [ALLOW_DESTROY: typed])

        when:
        def build = build('main')

        then:
        build.steps('input').first().args.message.contains('Data would be lost:\nreplace terraform_data.thing')
        build.result == result
        project.stages()['apply:production'].status == status

        where:
        typed                    || result      | status
        'terraform_data.thing\n' || 'SUCCESS'   | 'ok'
        ''                       || 'NOT_BUILT' | 'failed'
    }

    def 'a Jenkinsfile may name what may go'() {
        given:
        protectedThing()
        jenkins.answer('alice', [ALLOW_DESTROY: ''])

        expect:
        jenkins.run(JENKINSFILE.replace('automationStack()', "automationStack(allowDestroy: 'thing')"), project.build('main')).result == 'SUCCESS'
    }

    def 'an approval that is refused ends the build as not built, recorded with who refused it'() {
        given:
        jenkins.refuse('bob')

        when:
        def build = build('main')

        then:
        build.result == 'NOT_BUILT'
        build.failure.message.contains('Approve production: refused by bob')
        build.stage('Approve production').status == 'NOT_BUILT'
        build.stage('Apply production') == null
        build.description == 'Approve production: refused by bob'
        project.stages()['approve:production'].error.code == 'APPROVAL_REFUSED'
        project.stages()['approve:production'].reason == 'refused by bob'
        project.stages()['apply:production'].status == 'skipped'
        build.published.html.size() == 1
    }

    def 'an approval that never comes ends the build as not built'() {
        given:
        jenkins.timeOutAt { it.name == 'input' }

        when:
        def build = build('main')

        then:
        build.result == 'NOT_BUILT'
        build.failure.message.contains('nobody approved it within')
        project.stages()['approve:production'].error.code == 'APPROVAL_EXPIRED'
    }

    def 'a build that is aborted while it waits for an approval is recorded as aborted'() {
        given:
        jenkins.abortAt('carol') { it.name == 'input' }

        when:
        def build = build('main')

        then:
        build.result == 'ABORTED'
        build.description == 'aborted by carol'
        project.stages()['approve:production'].status == 'interrupted'
        project.stages()['approve:production'].reason == 'aborted by carol'
        project.stages()['apply:production'].status == 'skipped'
        build.published.html.size() == 1
    }

    def 'a build that is aborted while a stage runs lets the runner end it, and tells its end once'() {
        given:
        project.write('terraform/main.tf': """
            resource "terraform_data" "thing" {
              provisioner "local-exec" { command = "echo at work; sleep 30" }
            }
        """)
        project.commit('feat: take long')
        jenkins.abortAt('carol') { it.name == 'sh' && it.inside('stage:Apply staging') && !it.args.label.contains('conclude') }

        when:
        def build = build('develop')

        then:
        build.result == 'ABORTED'
        project.stages()['apply:staging'].status in ['interrupted', 'failed']
        project.ends('apply:staging') == 1
        build.published.html.size() == 1
    }

    def 'a stage that fails holds back what needs it, and its own words are the build\'s'() {
        given:
        project.write('terraform/main.tf': 'resource "terraform_data" "thing" { input = no_such_thing }\n')
        project.commit('feat: break the root')

        when:
        def build = build('develop')

        then:
        build.result == 'FAILURE'
        build.stages*.name == ['Plan staging', 'Apply staging']
        build.stage('Plan staging').status == 'FAILURE'
        build.stage('Apply staging').status == 'NOT_BUILT'
        build.failure.message.startsWith('Plan staging: ')
        build.failure.message.contains('Invalid reference')
        build.failure.message.contains('Next: ')
        build.description.contains('Plan staging')
        project.stages()['apply:staging'].reason == 'needs plan:staging, which failed'
    }

    def 'a configuration that is wrong fails the build with its place and what to do'() {
        given:
        project.write('automation-stack.yml': Project.CONFIGURATION + 'enviroments: {}\n')
        project.commit('feat: mistype')

        when:
        def build = build('develop')

        then:
        build.result == 'FAILURE'
        build.failure.message.contains('automation-stack.yml')
        build.log.contains('did you mean') || build.log.contains('Did you mean')
    }

    def 'a restart of the controller at any step changes nothing, whatever the branch is called'() {
        given:
        project.write('automation-stack.yml': Project.CONFIGURATION.replace('main: production', '"release/*": production'))
        project.commit('feat: release by branch')
        project.git('branch', 'release/1')
        jenkins.answer('alice')
        jenkins.resumeAt(true) { it.number % 7 == 0 }

        when:
        def build = build('release/1')

        then:
        build.result == 'SUCCESS'
        build.stages*.status == ['SUCCESS', 'SUCCESS', 'SUCCESS']
        build.published.html.size() == 1
        project.state('production').contains('"production"')
    }

    def 'an agent that goes away is replaced, and what ended well on it is not done again'() {
        given:
        jenkins.loseAgentAt { it.name == 'sh' && it.inside('stage:Apply staging') }

        when:
        def build = build('develop')

        then:
        build.result == 'SUCCESS'
        build.stages*.name.count('Plan staging') == 1
        build.stages*.name.count('Apply staging') == 2
        build.steps('junit').size() == 1
    }

    def 'an older build does not go on once a newer one has passed its milestone'() {
        given:
        jenkins.answer('alice')
        jenkins.answer('alice')

        when:
        def newer = build('main', [number: 8])
        def older = build('main', [number: 7])

        then:
        newer.result == 'SUCCESS'
        older.result == 'NOT_BUILT'
        older.stage('Apply production') == null
        project.stages()['apply:production'].status == 'interrupted'
        project.stages()['apply:production'].reason.contains('#8')
    }

    def 'a build that cannot get an agent any more ends all the same, and says who was not told'() {
        given:
        jenkins.abortAt('carol') { if (it.name == 'input') { jenkins.agents.labels = [] as Set }; it.name == 'input' }

        when:
        def build = build('main')

        then:
        build.result == 'ABORTED'
        build.log.contains('Slack and the record of the run do not have the end: no agent was available')
        build.description == 'aborted by carol'
        build.steps('timeout').last().args.time <= 15
    }

    def 'the end is told from any agent where those of the configuration are gone'() {
        given:
        project.write('automation-stack.yml': Project.CONFIGURATION + 'jenkins: { agent: { label: docker } }\n')
        project.commit('feat: run on docker agents')
        jenkins.abortAt('carol') { if (it.name == 'input') { jenkins.agents.labels = ['small'] as Set }; it.name == 'input' }

        when:
        def build = build('main')

        then:
        build.result == 'ABORTED'
        project.stages()['approve:production'].reason == 'aborted by carol'
        build.steps('node')*.args*.label.takeRight(2) == ['docker', '']
    }

    @Unroll
    def 'a step that Jenkins does not have is named at the start of a build of #branch: #step'() {
        given:
        jenkins.missing << step

        when:
        def build = build(branch)

        then:
        build.result == 'FAILURE'
        build.stages.empty
        build.failure.message.contains("Jenkins lacks plugins that this build needs: ${plugin} (step ${step})")
        build.failure.message.contains('docs/jenkins-controller.md')
        build.description.contains(plugin)

        where:
        branch    | step        | plugin
        'main'    | 'lock'      | 'lockable-resources'
        'main'    | 'input'     | 'pipeline-input-step'
        'main'    | 'milestone' | 'pipeline-milestone-step'
        'develop' | 'milestone' | 'pipeline-milestone-step'
    }

    def 'locks are not needed where nothing is changed'() {
        given:
        project.git('branch', 'feature')
        jenkins.missing.addAll(['lock', 'milestone', 'input'])

        expect:
        build('feature').result == 'SUCCESS'
    }

    @Unroll
    def 'without #step a build ends well, and says in a line what it could not publish'() {
        given:
        jenkins.missing << step

        when:
        def build = build('develop')

        then:
        build.result == 'SUCCESS'
        build.log.readLines().count { it.contains("Not published: Jenkins has no step ${step}") } == 1

        where:
        step << ['publishHTML', 'junit']
    }

    @Unroll
    def 'an end that nobody foresaw is told: #what'() {
        given:
        jenkins.step(step) { throw problem }

        when:
        def build = build('develop')

        then:
        build.result == 'FAILURE'
        build.failure.class == problem.class
        build.failure.message == problem.message
        build.description.contains(words)
        project.stages()['apply:staging'].error.code == 'JENKINS_FAILED'
        project.stages()['apply:staging'].reason.contains(words)
        build.published.html.size() == 1

        where:
        what                    | step        | problem                                                                           | words
        'a missing step'        | 'lock'      | new NoSuchMethodError("No such DSL method 'lock' found among steps [archive, …]") | 'install the plugin lockable-resources'
        'an error of Groovy'    | 'milestone' | new MissingPropertyException('No such property: nothing')                         | 'No such property: nothing'
        'a refusal of the sandbox' | 'milestone' | new SecurityException('Scripts not permitted to use method x')                 | 'Scripts not permitted'
    }

    def 'a build that waits for a lock says what may keep it'() {
        given:
        jenkins.lockedElsewhere << 'shop/staging'

        when:
        def build = jenkins.run("@Library('automation-stack@v1') _\ntimeout(time: 1, unit: 'HOURS') { automationStack() }\n", project.build('develop'))

        then:
        build.result == 'ABORTED'
        build.log.contains('Waiting for the lock shop/staging')
        build.log.contains('https://jenkins.example.com/lockable-resources/ (Unlock)')
    }

    def 'a build whose time is over waits for the end of its stage, outside of the timeout that has struck'() {
        given:
        jenkins.stopMillis = 10
        project.write('terraform/main.tf': '''
            resource "terraform_data" "thing" {
              provisioner "local-exec" { command = "echo at work; sleep 3" }
            }
        ''')
        project.commit('feat: take long')
        jenkins.timeOutAt { it.name == 'sh' && it.inside('stage:Apply staging') }

        when:
        def build = build('develop')

        then:
        build.result == 'ABORTED'
        build.steps('sh')*.args*.label.contains('automation-stack run ends')
        !build.log.contains('extreme prejudice')
        project.stages()['apply:staging'].status == 'interrupted'
        project.ends('apply:staging') >= 1
        build.description.contains('jenkins.timeout')
    }

    def 'an agent that goes away between two steps is replaced too'() {
        given:
        boolean isBroken = false
        jenkins.step('readFile') { args, context ->
            if (!isBroken && context.record.inside('stage:Plan staging')) {
                isBroken = true
                throw new java.nio.channels.ClosedChannelException()
            }
            context.file(args.file).getText('UTF-8')
        }

        when:
        def build = build('develop')

        then:
        build.result == 'SUCCESS'
        build.stages*.name.count('Plan staging') == 2
    }

    def 'a job that has no branches keeps its own properties'() {
        given:
        jenkins.step('checkout') { args, context ->
            ['git', 'clone', '--quiet', project.repository.path, '.'].execute(null, context.workspace).waitFor()
            [GIT_BRANCH: 'origin/develop', GIT_COMMIT: project.git('rev-parse', 'HEAD')]
        }

        when:
        def build = jenkins.run(JENKINSFILE, [scm: project.repository, workspace: project.workspace])

        then:
        build.result == 'SUCCESS'
        build.steps('properties').empty
    }

    def 'parameters and triggers of the Jenkinsfile stand beside those of the library'() {
        given:
        project.write('automation-stack.yml': Project.CONFIGURATION + 'needs: { auth: ../auth }\n')
        project.commit('feat: need auth')

        when:
        def build = jenkins.run(JENKINSFILE.replace('automationStack()', "automationStack(parameters: [text(name: 'ALLOW_DESTROY', defaultValue: '')], triggers: [cron('H 3 * * *')])"), project.build('develop'))

        then:
        String told = build.steps('properties').first().args.toString()
        told.count('symbol:parameters') == 1
        told.count('symbol:pipelineTriggers') == 1
        ['ALLOW_DESTROY', 'resume', 'H 3 * * *', '/auth/delivery/develop'].every { told.contains(it) }
    }

    def 'a milestone that was passed is not passed again on another agent'() {
        given:
        jenkins.loseAgentAt { it.name == 'sh' && it.inside('stage:Apply staging') }

        when:
        def build = build('develop')

        then:
        build.result == 'SUCCESS'
        build.milestones.size() == 1
    }

    def 'a configuration that is wrong is the description of the build'() {
        given:
        project.write('automation-stack.yml': Project.CONFIGURATION + 'enviroments: {}\n')
        project.commit('feat: mistype')

        expect:
        build('develop').description.contains('enviroments')
    }

    def 'a credential that Jenkins does not have is named with the variable it is for'() {
        given:
        project.write('automation-stack.yml': Project.CONFIGURATION.replace(
            'infrastructure: { directory: terraform, workspace: staging }',
            'infrastructure: { directory: terraform, workspace: staging, variables: { token: "${env:THING_TOKEN}" } }')
            + 'jenkins: { credentials: { THING_TOKEN: thing } }\n')
        project.commit('feat: use a token')

        when:
        def build = build('develop')

        then:
        build.failure.message.contains('jenkins.credentials: thing for THING_TOKEN')
    }

    def 'a branch that moved on while an approval was waited for is not what was approved'() {
        given:
        jenkins.step('input') { args ->
            project.write('terraform/more.tf': 'output "more" { value = 1 }\n')
            project.commit('feat: add an output')
            'alice'
        }

        when:
        def build = build('main')

        then:
        build.result == 'FAILURE'
        build.failure.message.contains('The branch moved from')
        project.stages()['apply:production'].error.code == 'JENKINS_FAILED'
        build.published.html.size() == 1
        project.state('production') == null
    }

    def 'stages bind the credentials that the runner names, and no others'() {
        given:
        project.write('automation-stack.yml': Project.CONFIGURATION.replace(
            'infrastructure: { directory: terraform, workspace: staging }',
            'infrastructure: { directory: terraform, workspace: staging, variables: { token: "${env:THING_TOKEN}" } }')
            + 'jenkins: { credentials: { THING_TOKEN: thing }, aws-credentials: { production: aws-production } }\n',
            'terraform/main.tf': Project.ROOT + 'variable "token" { sensitive = true }\n')
        project.commit('feat: use a token')
        jenkins.credentials.thing = 'correct-horse-battery'
        jenkins.credentials['aws-production'] = [accessKey: 'AKIAEXAMPLE', secretKey: 'a-very-secret-key']
        jenkins.answer('alice')

        when:
        def staging = build('develop')
        def production = build('main')

        then:
        staging.result == 'SUCCESS'
        staging.steps('withCredentials')*.args.bindings.flatten()*.credentialsId.toSet() == ['thing'].toSet()
        production.result == 'SUCCESS'
        production.steps('withCredentials')*.args.bindings.flatten()*.credentialsId.toSet() == ['thing', 'aws-production'].toSet()
        [staging, production].every { !it.log.contains('correct-horse-battery') && !it.log.contains('a-very-secret-key') }
    }

    def 'credentials that Jenkins does not have fail the build by their id'() {
        given:
        project.write('automation-stack.yml': Project.CONFIGURATION + 'jenkins: { aws-credentials: aws-shared }\n')
        project.commit('feat: use AWS credentials')

        when:
        def build = build('develop')

        then:
        build.result == 'FAILURE'
        build.failure.message.startsWith('Plan staging: ')
        build.failure.message.contains('aws-shared')
        project.stages()['plan:staging'].error.code == 'JENKINS_FAILED'
        project.stages()['apply:staging'].status == 'skipped'
    }

    def 'independent stages run side by side'() {
        given:
        project.write('automation-stack.yml': """\
            |application: shop
            |branches: { main: production }
            |environments:
            |  staging: { infrastructure: { directory: terraform, workspace: staging } }
            |  production:
            |    extends: staging
            |    infrastructure: { workspace: production }
            |    promotion: { from: staging }
            |needs: { auth: ../auth }
            |""".stripMargin())
        project.commit('feat: need auth')

        when:
        def build = build('main')

        then:
        def parallel = build.steps('parallel')
        parallel.size() == 1
        parallel.first().inside('node')
        build.stages.findAll { it.branch }*.name.toSet() == ['Check what production needs', 'Plan production'].toSet()
    }

    def 'a release of an application that this one needs makes it build again'() {
        given:
        project.write('automation-stack.yml': Project.CONFIGURATION + 'needs: { auth: ../auth, catalogue: ../catalogue }\n')
        project.commit('feat: need others')
        project.git('branch', 'release/1')

        when:
        def build = build('release/1')

        then:
        build.steps('properties').first().args.toString().contains('/auth/delivery/release%2F1,/catalogue/delivery/release%2F1')
    }

    def 'a need that is taken away takes its trigger along, and what the Jenkinsfile hands over stays'() {
        given:
        project.write('automation-stack.yml': Project.CONFIGURATION + 'needs: { auth: ../auth }\n')
        project.commit('feat: need auth')
        String jenkinsfile = JENKINSFILE.replace('automationStack()', 'automationStack(properties: [disableConcurrentBuilds()])')

        when:
        def first = jenkins.run(jenkinsfile, project.build('develop'))
        project.write('automation-stack.yml': Project.CONFIGURATION)
        project.commit('feat: need nobody')
        def second = jenkins.run(jenkinsfile, project.build('develop', [number: 2]))

        then:
        def told = [first, second].collect { it.steps('properties')*.args.toString() }
        told[0].contains('/auth/delivery/develop')
        !told[1].contains('upstream')
        told.every { it.contains('disableConcurrentBuilds') && it.contains('resume') }
    }

    def 'a build that goes on where another one stopped shows what that one has done, and does the rest'() {
        given:
        def first = build('develop')

        when:
        def second = jenkins.run(JENKINSFILE.replace('automationStack()', 'automationStack(resume: true)'), project.build('develop', [number: 2]))
        def third = build('develop', [number: 3])

        then:
        first.result == 'SUCCESS'
        second.result == 'SUCCESS'
        second.stages*.name == ['Plan staging', 'Apply staging']
        second.stages*.status == ['NOT_BUILT', 'NOT_BUILT']
        second.log.contains('done already by')
        second.steps('sh')*.args*.label == ['automation-stack stages', 'automation-stack conclude']
        third.stages*.status == ['SUCCESS', 'SUCCESS']
    }

    def 'a build of two stages needs one process for each, one before and one after'() {
        when:
        def build = build('develop')

        then:
        build.steps('sh')*.args*.label == ['automation-stack stages', 'automation-stack run', 'automation-stack run', 'automation-stack conclude']
        build.steps.findAll { it.inside('stage:Plan staging') }*.name == ['withEnv', 'sh', 'readFile']
        build.steps.findAll { it.inside('stage:Apply staging') }*.name == ['withEnv', 'sh', 'readFile']
        build.steps.size() <= 35
    }

    def 'an application that is not healthy upstream holds the deployment back, and says so'() {
        given:
        project.write('automation-stack.yml': Project.CONFIGURATION + 'needs: { auth: ../auth }\n')
        project.commit('feat: need auth')

        when:
        def build = build('develop')

        then:
        build.result == 'FAILURE'
        build.failure.message.startsWith('Check what staging needs: ')
        build.failure.message.contains('auth')
        build.stage('Apply staging').status == 'NOT_BUILT'
        project.state('staging') == null
    }

    def 'stages run in the Docker image that the configuration names'() {
        given:
        project.write('automation-stack.yml': Project.CONFIGURATION + 'jenkins: { agent: { label: docker, image: "hashicorp/terraform:1.11", arguments: "--network host" } }\n')
        project.commit('feat: run in an image')
        project.git('branch', 'feature')

        when: 'also where there is nothing to run but the end'
        def build = build('feature')

        then:
        build.result == 'SUCCESS'
        def last = build.steps('sh').last()
        last.path.any { it.contains('hashicorp/terraform:1.11') }
        build.steps('node').last().args.label == 'docker'
    }

    def 'stages run in the pod that the configuration names'() {
        given:
        project.write(
            'automation-stack.yml': Project.CONFIGURATION + 'jenkins: { agent: { pod-template: pod.yaml, container: tools } }\n',
            'pod.yaml': 'spec: { containers: [{ name: tools, image: "hashicorp/terraform:1.11" }] }\n')
        project.commit('feat: run in a pod')
        project.git('branch', 'feature')

        when:
        def build = build('feature')

        then:
        build.result == 'SUCCESS'
        build.steps('podTemplate').first().args.yaml.contains('hashicorp/terraform:1.11')
        build.steps('sh').last().inside('container')
    }
}
