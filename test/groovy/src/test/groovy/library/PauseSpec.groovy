package library

import groovy.json.JsonOutput
import harness.Jenkins
import harness.Repository
import spock.lang.Shared
import spock.lang.Specification
import spock.lang.Unroll

import java.nio.file.Files

/**
 * Deployments that their platform pauses. The graph and the end of a build are the packed runner's; its stages are a stand-in,
 * with a deployment that pauses twice and takes only an answer to the pause at which it is.
 */
class PauseSpec extends Specification {

    static final String JENKINSFILE = "@Library('automation-stack@v1') _\nautomationStack()\n"
    static final String CONFIGURATION = '''\
        |application: shop
        |branches: { develop: staging }
        |images: { web: { repository: shop/web } }
        |environments:
        |  staging:
        |    targets:
        |      web:
        |        kind: ecs-service
        |        cluster: main
        |        service: web
        |        image: web
        |        strategy: { kind: blue-green, alternate-target-group: g, production-rule: p, role: r, pause: [after-test-traffic, after-production-traffic] }
        |jenkins: { approval: { submitters: [alice, bob] } }
        |stages:
        |  after: { after: deploy:staging, run: ['true'] }
        |'''.stripMargin()
    static final String STAND_IN = '''
        import { spawnSync } from 'node:child_process';
        import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
        const call = JSON.parse(process.env.AUTOMATION_STACK_ARGUMENTS);
        const { only = [], pause, answer, answeredBy, reason, result, error } = call.options;
        const state = JSON.parse(readFileSync(STATE, 'utf8'));
        if (call.command !== 'run') {
          const { status } = spawnSync(process.execPath, [RUNNER], { stdio: 'inherit' });
          if (call.command === 'stages' && state.resumed) {
            const told = JSON.parse(readFileSync(result, 'utf8'));
            for (const stage of told.data.stages)
              if (state.resumed.includes(stage.id)) stage.done = { words: 'done already', paused: stage.id === 'deploy:staging' ? question() : undefined };
            writeFileSync(result, JSON.stringify(told));
          }
          process.exit(status);
        }
        const id = only.at(-1);
        appendFileSync(CALLS, [id, answer, pause, answeredBy, reason].filter((word) => word !== undefined).join(' ') + '\\n');
        function question() {
          const lines = ['web: paused at ' + state.pauses[0] + ' since 2026-11-03 12:00 UTC, test requests: http://test.example/'];
          return { name: '1:' + state.pauses[0], version: '0.2.0', previous: '0.1.0', lines, minutesLeft: 1440 };
        }
        const end = (told, failure) => {
          writeFileSync(result, JSON.stringify({ command: 'run', stages: [{ id, facts: {}, ...told }] }));
          if (failure) writeFileSync(error, JSON.stringify(failure));
          process.exit(failure?.exitCode ?? 0);
        };
        const waiting = () => (state.pauses.length > 0 ? { paused: question(), checks: ['web: check smoke ok in 3.2s'] } : {});
        if (state.failing === id) end({}, { code: 'STAGE_FAILED', category: 'test', message: 'stage ' + id + ' failed', exitCode: 1 });
        if (id !== 'deploy:staging' && id !== 'continue:staging') end({});
        if (id === 'deploy:staging' || answer === undefined) end(waiting());
        if (pause !== '1:' + state.pauses[0]) end({}, { code: 'STATE_CONFLICT', category: 'infrastructure', message: 'not at ' + pause, exitCode: 1 });
        // Stages beside it only read.
        state.pauses = answer === 'continue' ? state.pauses.slice(1) : [];
        writeFileSync(STATE, JSON.stringify(state));
        if (answer === 'continue') end(waiting());
        end({}, { code: 'DEPLOY_ROLLED_BACK', category: 'service', message: '0.2.0 does not go on in staging: ' + reason, exitCode: 3 });
    '''

    @Shared File installed = File.createTempDir('automation-stack-', '-installed')
    Jenkins jenkins = new Jenkins()
    Project project = new Project(['automation-stack.yml': CONFIGURATION])
    File state = new File(project.home, 'deployment.json')
    File calls = new File(project.home, 'calls')

    def setupSpec() {
        Files.copy(new File(Repository.root(), 'resources/automation-stack/runner.mjs').toPath(), new File(installed, 'runner.mjs').toPath())
    }

    def setup() {
        File standIn = new File(project.home, 'runner.mjs')
        List<String> constants = [STATE: state.path, CALLS: calls.path, RUNNER: new File(installed, 'runner.mjs').path]
            .collect { name, value -> "const ${name} = ${JsonOutput.toJson(value)};".toString() }
        standIn.text = STAND_IN.replaceFirst('const call', java.util.regex.Matcher.quoteReplacement("${constants.join('\n')}\nconst call"))
        jenkins.env.AUTOMATION_STACK_RUNNER = standIn.path
        jenkins.env.AUTOMATION_STACK_HOME = new File(project.home, 'agent').path
        paused()
    }

    def cleanup() {
        project.remove()
    }

    def cleanupSpec() {
        installed.deleteDir()
    }

    private void paused(Map more = [:]) {
        state.text = JsonOutput.toJson([pauses: ['after-test-traffic', 'after-production-traffic']] + more)
    }

    /** What the runner was asked to run, stage by stage. */
    private List<String> ran() {
        calls.exists() ? calls.readLines().findAll { !(it in ['build:web', 'push']) } : []
    }

    private build() {
        jenkins.run(JENKINSFILE, project.build('develop'))
    }

    def 'a build asks at each pause off the agent, with what is known, and then goes on with what follows'() {
        given:
        jenkins.answer('alice')
        jenkins.answer('bob')

        when:
        def build = build()

        then:
        build.result == 'SUCCESS'
        build.stages*.name == ['Build web', 'Push images', 'Deploy to staging', 'Continue in staging', 'Continue in staging', 'after']
        ran() == [
            'deploy:staging',
            'continue:staging continue 1:after-test-traffic alice',
            'continue:staging continue 1:after-production-traffic bob',
            'after',
        ]

        and: 'no executor, no lock and no time of the build is held meanwhile'
        def inputs = build.steps('input')
        inputs.every { !it.inside('node') && !it.inside('lock') }
        build.steps('timeout').count { it.args.time == 1440 } == 2

        and: 'the question has the pause, the evidence and both ways'
        def asked = inputs[0].args
        asked.message.readLines() == [
            'Continue shop 0.2.0 in staging?',
            'web: paused at after-test-traffic since 2026-11-03 12:00 UTC, test requests: http://test.example/',
            'web: check smoke ok in 3.2s',
            'Abort rolls back to 0.1.0.',
        ]
        inputs[1].args.message.contains('after-production-traffic')
        [asked.ok, asked.submitter] == ['Continue', 'alice,bob']

        and: 'the answer is carried out under the lock of the environment'
        def order = build.steps.findAll { it.number > inputs[0].number && it.name in ['milestone', 'lock', 'node'] }*.name
        order.take(3) == ['milestone', 'lock', 'node']
        build.steps('sh').findAll { it.inside('stage:Continue in staging') }.every { it.inside('lock') && it.inside('node') }
    }

    @Unroll
    def 'a pause at which #what rolls back, and fails the build'() {
        given:
        jenkins.answer('alice')
        ending.call(jenkins)

        when:
        def build = build()

        then:
        build.result == 'FAILURE'
        build.failure.message == "Continue in staging: 0.2.0 does not go on in staging: ${reason}"
        build.description == build.failure.message
        ran().last() == "continue:staging rollback 1:after-production-traffic ${reason}"
        build.stage('after') == null
        build.published.html.size() == 1

        where:
        what                         | reason                           | ending
        'somebody refuses'           | 'refused by bob'                 | { Jenkins it -> it.refuse('bob') }
        'nobody answers in its time' | 'nobody answered within 1440m'   | { Jenkins it -> int asked = 0; it.timeOutAt { step -> step.name == 'input' && ++asked == 2 } }
    }

    def 'a build that is aborted at a pause rolls back first'() {
        given:
        jenkins.abortAt('carol') { it.name == 'input' }

        when:
        def build = build()

        then:
        build.result == 'ABORTED'
        build.description == 'aborted by carol'
        ran() == ['deploy:staging', 'continue:staging rollback 1:after-test-traffic aborted by carol']
        def undone = build.steps('sh').findAll { it.inside('stage:Continue in staging') }
        undone.every { it.inside('lock') && it.inside('node') }
        project.ends('after') == 1
    }

    def 'a restart of the controller at any step changes nothing'() {
        given:
        jenkins.answer('alice')
        jenkins.answer('bob')
        jenkins.resumeAt(true) { it.number % 5 == 0 || it.name == 'input' }

        when:
        def build = build()

        then:
        build.result == 'SUCCESS'
        ran().size() == 4
        build.published.html.size() == 1
    }

    def 'an agent that goes away while an answer is carried out is replaced, and the answer given again'() {
        given:
        jenkins.answer('alice')
        jenkins.answer('bob')
        int calls = 0
        jenkins.loseAgentAt { it.name == 'node' ? false : it.name == 'checkout' && it.inside('stage:Continue in staging') && ++calls == 1 }

        when:
        def build = build()

        then:
        build.result == 'SUCCESS'
        build.steps('input').size() == 2
        ran().size() == 4
    }

    def 'a gate that fails while it pauses rolls back without a question'() {
        given:
        project.write('automation-stack.yml': CONFIGURATION.replace('after: { after: deploy:staging,', 'gate: { after: deploy:staging, before: continue:staging,'))
        project.commit('feat: test it')
        paused(failing: 'gate')

        when:
        def build = build()

        then:
        build.result == 'FAILURE'
        build.failure.message.startsWith('gate: ')
        build.steps('input').empty
        ran() == ['deploy:staging', 'gate', 'continue:staging rollback 1:after-test-traffic gate did not succeed']
    }

    def 'what fails beside it is told in the question, and the pause is decided all the same'() {
        given:
        project.write('automation-stack.yml': CONFIGURATION.replace('after: { after: deploy:staging,', 'beside: { after: push,'))
        project.commit('feat: test beside')
        paused(failing: 'beside')
        jenkins.answer('alice')
        jenkins.answer('bob')

        when:
        def build = build()

        then:
        build.result == 'FAILURE'
        build.steps('input').every { it.args.message.contains('This build failed beside it: beside: stage beside failed') }
        ran().last() == 'continue:staging continue 1:after-production-traffic bob'
    }

    def 'nothing is asked where nothing pauses'() {
        given:
        paused(pauses: [])

        when:
        def build = build()

        then:
        build.result == 'SUCCESS'
        build.steps('input').empty
        ran() == ['deploy:staging', 'continue:staging', 'after']
    }

    def 'a build that goes on where another one was paused begins with the question'() {
        given:
        paused(resumed: ['build:web', 'push', 'deploy:staging'])
        jenkins.answer('alice')
        jenkins.answer('bob')

        when:
        def build = build()

        then:
        build.result == 'SUCCESS'
        build.steps('input').size() == 2
        ran() == [
            'continue:staging continue 1:after-test-traffic alice',
            'continue:staging continue 1:after-production-traffic bob',
            'after',
        ]
    }

}
