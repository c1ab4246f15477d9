package library

import harness.Jenkins
import harness.Repository
import spock.lang.Specification
import spock.lang.Unroll

/** One command of the runner as a step: the packed runner, started by the step, on real Terraform. */
class StepsSpec extends Specification {

    Jenkins jenkins = new Jenkins()
    Project project = new Project()

    def setup() {
        jenkins.env.AUTOMATION_STACK_HOME = new File(project.home, 'agent').path
    }

    def cleanup() {
        project.remove()
    }

    private build(String steps, Map options = [:]) {
        jenkins.run("@Library('automation-stack@v1') _\nnode {\n  checkout scm\n  ${steps}\n}", project.build('develop', options))
    }

    def 'a step gives back what came of it'() {
        when:
        def build = build('''
            def result = stackApply(env: 'staging')
            echo "${result.status} ${result.exitCode} ${result.environment} ${result.data.outputs.thing} ${result.stages[0].reason}"
        ''')

        then:
        build.result == 'SUCCESS'
        build.log.contains('ok 0 staging staging 1 created')
    }

    def 'who started the build is who did what the runner records'() {
        when:
        build("stackApply env: 'staging'", [causes: [[userId: 'dora', shortDescription: 'Started by user Dora']]])

        then:
        project.lastRun().parts.last().who == 'dora'
    }

    def 'named arguments are the options of the command in camel case'() {
        when:
        def build = build('''
            stackPlan env: 'staging', out: 'reviewed.tfplan', lockTimeout: '1m'
            stackApply env: 'staging', plan: 'reviewed.tfplan'
        ''')

        then:
        build.result == 'SUCCESS'
        project.state('staging').contains('"staging"')
    }

    def 'an argument that the command does not have fails the build with its name'() {
        when:
        def build = build("stackPlan env: 'staging', lockTimeuot: '1m'")

        then:
        build.result == 'FAILURE'
        build.failure.message.contains("unknown option '--lock-timeuot")
        build.failure.message.contains('Next: ')
    }

    def 'a failure is the build\'s, with its own words and what to do next'() {
        when:
        def build = build("stackApply env: 'stagging'")

        then:
        build.result == 'FAILURE'
        build.failure.message.contains('stagging')
        build.failure.message.contains('Next: ')
    }

    def 'a plan that is no longer what was approved is refused'() {
        when:
        def build = build('''
            stackPlan env: 'staging', out: 'reviewed.tfplan'
            writeFile file: 'terraform/more.tf', text: 'output "more" { value = 1 }'
            stackApply env: 'staging', plan: 'reviewed.tfplan'
        ''')

        then:
        build.result == 'FAILURE'
        build.failure.message.contains('files changed: more.tf')
        project.state('staging') == null
    }

    def 'drift makes the build unstable and lets it go on'() {
        when:
        def build = build('''
            def found = stackDrift(env: 'staging')
            echo "exit code ${found.exitCode}"
        ''')

        then:
        build.result == 'UNSTABLE'
        build.log.contains('exit code 5')
    }

    def 'credentials of several environments are bound together, unless each has an AWS account of its own'() {
        given:
        project.write('automation-stack.yml': Project.CONFIGURATION + '''\
            |jenkins:
            |  aws-credentials: { staging: aws-staging, production: %s }
            |'''.stripMargin().replace('%s', credentials))
        project.commit('feat: credentials')
        jenkins.credentials['aws-staging'] = [accessKey: 'AKIASTAGING', secretKey: 'hidden-staging']

        when:
        def build = build('''
            def bindings = stackCredentials(env: 'staging,production')
            def all = stackCredentials(all: true)
            echo "bound: ${bindings.size()} ${all.size()} ${bindings[0].id}"
        ''')

        then:
        build.result == result
        result == 'SUCCESS' ? build.log.contains('bound: 1 1 aws-staging') : build.failure.message.contains('call the step once for each')

        where:
        credentials      | result
        'aws-staging'    | 'SUCCESS'
        'aws-production' | 'FAILURE'
    }

    def 'no drift is a success'() {
        when:
        def build = build("stackApply env: 'staging'\nstackDrift env: 'staging'")

        then:
        build.result == 'SUCCESS'
    }

    def 'a lock that somebody else holds ends the build as not built'() {
        given:
        project.write('automation-stack.yml': Project.CONFIGURATION.replace('  production:', '''\
            |    targets: { web: { kind: fleet, group: web, image: web } }
            |  production:'''.stripMargin()) + 'images: { web: { repository: shop/web } }\n', Dockerfile: 'FROM scratch\n')
        project.commit('feat: target')

        when:
        def build = build('''
            sh 'AUTOMATION_STACK_WHO=alice node "$RUNNER" lock acquire --env staging --reason maintenance'
            stackDeploy env: 'staging'
        ''', [env: [AWS_REGION: 'eu-west-1', RUNNER: new File(Repository.root(), 'runner').path]])

        then:
        build.result == 'NOT_BUILT'
        build.failure.message.contains('alice')
        build.log.contains('maintenance')
    }

    @Unroll
    def 'a step whose error is caught leaves the result of the build alone, but for #where'() {
        given:
        jenkins.sandboxedLibrary = isSandboxed
        File runner = standIn("end(4, 'locked', 'alice holds the lock');")

        when:
        def build = build('''
            try {
                stackPromote(env: 'production')
            } catch (problem) {
                echo "caught: ${problem.message}"
            }
        ''', [env: [AUTOMATION_STACK_RUNNER: runner.path]])

        then:
        build.log.contains("caught: ${words}")
        build.result == result

        where:
        where       | isSandboxed || words                                            | result
        'nothing'   | false       || 'Aborted by stackPromote: alice holds the lock' | 'SUCCESS'
        'a sandbox' | true        || 'alice holds the lock'                           | 'NOT_BUILT'
    }

    def 'a report is written where the step is told to'() {
        when:
        def build = build('''
            stackApply env: 'staging'
            def written = stackReport(output: 'published', junit: 'published/stages.xml')
            echo written.data.files.join(', ')
            junit 'published/stages.xml'
        ''')

        then:
        build.result == 'SUCCESS'
        new File(project.workspace, 'published/report.html').text.contains('Apply')
    }

    def 'the runner is written to a workspace once, under its digest, and unpacked once'() {
        when:
        def build = build("stackPlan env: 'staging'\nstackApply env: 'staging'\nstackStatus()")

        then:
        build.result == 'SUCCESS'
        build.steps('writeFile').count { it.args.file.endsWith('.mjs') } == 1
        File home = new File("${project.workspace}@tmp/automation-stack/${digest()}")
        home.list().sort() as List == ['runner.mjs', 'unpacked']
        java.security.MessageDigest.getInstance('SHA-256').digest(new File(home, 'runner.mjs').bytes).encodeHex().toString() == digest()
    }

    def 'branches of one workspace may bring the runner at the same time'() {
        when:
        def build = build('''
            parallel(
                one: { stackStatus(env: 'staging') },
                two: { stackStatus(env: 'production') },
                three: { stackStatus() },
            )
        ''')

        then:
        build.result == 'SUCCESS'
        new File("${project.workspace}@tmp/automation-stack/${digest()}").list().sort() as List == ['runner.mjs', 'unpacked']
    }

    def 'an agent without Node is told of, and what to do'() {
        when:
        def build = build("stackStatus()", [env: [PATH: emptyPath()]])

        then:
        build.result == 'FAILURE'
        build.failure.message.contains('there is no Node on the agent')
        build.failure.message.contains('Install Node 20')
    }

    def 'an agent with a Node that is too old is told of, and asked again the next time'() {
        given:
        File folder = new File(project.home, 'old')
        folder.mkdirs()
        File node = new File(folder, 'node')
        node.text = '#!/bin/sh\necho 18.20.4\n'
        node.setExecutable(true)

        when:
        def old = build("stackStatus()", [env: [PATH: "${folder}:/usr/bin:/bin".toString()]])
        def mended = build("stackStatus()")

        then:
        old.result == 'FAILURE'
        old.failure.message.contains('older than 20')
        mended.result == 'SUCCESS'
    }

    def 'a runner that the agent has is used instead'() {
        given:
        File installed = new File(Repository.root(), 'resources/automation-stack/runner.mjs')
        File copy = new File(project.home, 'installed/runner.mjs')
        copy.parentFile.mkdirs()
        copy.bytes = installed.bytes

        when:
        def build = build("stackStatus()", [env: [AUTOMATION_STACK_RUNNER: copy.path]])

        then:
        build.result == 'SUCCESS'
        build.steps('writeFile').empty
    }

    @Unroll
    def 'a commit of the library between releases has no packed runner, and #steps says what to do'() {
        given:
        betweenReleases()

        when:
        def build = build(steps)

        then:
        build.result == 'FAILURE'
        String said = "${build.failure?.message}\n${build.log}"
        said.contains('this commit of the Jenkins library has no packed runner: only releases, the tags vX.Y.Z, carry one')
        said.contains("Next: Name a release: @Library('automation-stack@v${version()}').")
        said.contains('"Which commits work" in docs/jenkins.md')
        build.steps('sh').empty

        where:
        steps << ['stackStatus()', 'automationStack()']
    }

    def 'a commit of the library between releases uses the runner that the agent has'() {
        given:
        betweenReleases()
        File copy = new File(project.home, 'installed/runner.mjs')
        copy.parentFile.mkdirs()
        copy.bytes = new File(Repository.root(), 'resources/automation-stack/runner.mjs').bytes

        when:
        def build = build("stackStatus()", [env: [AUTOMATION_STACK_RUNNER: copy.path]])

        then:
        build.result == 'SUCCESS'
    }

    def 'a library whose resources cannot be read is no library without a runner'() {
        given:
        jenkins.step('libraryResource') { args -> throw new hudson.AbortException('Library resource is ambiguous among libraries') }

        when:
        def build = build('stackStatus()')

        then:
        build.failure.message.contains('ambiguous among libraries')
    }

    def 'a runner of another version than the library is refused, never used'() {
        given: 'a library of another version'
        jenkins.step('libraryResource') { args ->
            args.resource == 'automation-stack/version' ? '99.0.0\n' : new File(Repository.root(), "resources/${args.resource}").getText('UTF-8')
        }

        when:
        def build = build("stackStatus()")

        then:
        build.result == 'FAILURE'
        build.failure.message.contains('the Jenkins library is 99.0.0')
    }

    @Unroll
    def 'a call that is aborted on #place is waited for until the runner has ended, however long Jenkins waits itself'() {
        given:
        jenkins.stopMillis = 1000
        File runner = standIn("""
            console.log('at work');
            process.once('SIGTERM', () => {
              console.log('undoing');
              setTimeout(() => {
                say('one host is back');
                setTimeout(() => { say('undone'); end(130, 'interrupted', 'stopped by SIGTERM'); }, 1500);
              }, 1500);
            });
            setInterval(() => 0, 1000);
        """)
        jenkins.abortAt('carol') { it.name == 'sh' && it.args.label == 'automation-stack deploy' }

        when:
        def build = build("$begin lock('staging') { new automationstack.Runner(this).call('deploy', [:]) } $end", [env: [AUTOMATION_STACK_RUNNER: runner.path]])

        then:
        build.result == 'ABORTED'
        build.log.contains('undoing')
        build.log.contains('After 1s process did not stop')
        build.log.contains('The build waits at most')
        build.log.contains('abort again')
        def rest = build.log.substring(build.log.indexOf('The build waits at most'))
        rest.contains('one host is back\nundone')
        rest.indexOf('undone') < rest.indexOf('Lock released')
        new File(runner.parentFile, 'signals').text == 'SIGTERM\n'

        where:
        place                     | begin                                  | end
        'an agent'                | ''                                     | ''
        'an agent in a container' | "docker.image('tools').inside { "      | ' }'
    }

    def 'a second abort ends the waiting'() {
        given:
        jenkins.stopMillis = 500
        File runner = standIn("process.on('SIGTERM', () => { setInterval(() => say('undoing'), 300); setTimeout(() => end(130, 'interrupted', 'late'), 15000); }); console.log('at work'); setInterval(() => 0, 1000);")
        jenkins.abortAt('carol') { it.name == 'sh' && it.args.label == 'automation-stack deploy' }
        jenkins.abortAt('dora') { it.name == 'sh' && it.args.label == 'automation-stack deploy ends' }

        when:
        long before = System.currentTimeMillis()
        def build = build("new automationstack.Runner(this).call('deploy', [:])", [env: [AUTOMATION_STACK_RUNNER: runner.path]])

        then:
        build.result == 'ABORTED'
        build.log.contains('does not wait for the end of automation-stack deploy (aborted by dora)')
        System.currentTimeMillis() - before < 14000
    }

    def 'a call that ends in time is not waited for again'() {
        given:
        File runner = standIn("process.once('SIGTERM', () => end(130, 'interrupted', 'stopped')); console.log('at work'); setInterval(() => 0, 1000);")
        jenkins.abortAt('carol') { it.name == 'sh' }

        when:
        def build = build("new automationstack.Runner(this).call('deploy', [:])", [env: [AUTOMATION_STACK_RUNNER: runner.path]])

        then:
        build.result == 'ABORTED'
        build.steps('sh').size() == 1
    }

    def 'a runner that went away since is brought again'() {
        when:
        def build = build("""
            def runner = new automationstack.Runner(this)
            runner.call('status', [:])
            sh 'find "\$WORKSPACE_TMP" -name runner.mjs -delete'
            runner.call('status', [:])
        """)

        then:
        build.result == 'SUCCESS'
        build.steps('writeFile').count { it.args.file.endsWith('.mjs') } == 2
    }

    def 'what calls leave behind goes after a week'() {
        given:
        File calls = new File("${project.workspace}@tmp/automation-stack/calls")
        File old = new File(calls, 'old')
        old.mkdirs()
        new File(old, 'outcome.json').text = '{}'
        old.setLastModified(System.currentTimeMillis() - 8L * 24 * 3600 * 1000)

        when:
        build('stackStatus()')

        then:
        !old.exists()
        calls.list().every { new File(calls, it).list().length > 0 }
    }

    def 'a call needs three steps of Jenkins, one of them a process'() {
        when:
        def build = build("""
            def runner = new automationstack.Runner(this)
            runner.call('status', [:])
            echo 'from here'
            runner.call('status', [:])
        """)

        then:
        build.steps.dropWhile { it.args.message != 'from here' }.drop(1)*.name == ['withEnv', 'sh', 'readFile']
    }

    /** A program in the place of the runner: `say` prints as the runner does after an interruption. */
    private File standIn(String program) {
        File file = new File(project.home, 'stand-in.mjs')
        file.text = """
            import { appendFileSync, writeFileSync } from 'node:fs';
            const { options } = JSON.parse(process.env.AUTOMATION_STACK_ARGUMENTS);
            const say = (line) => { console.log(line); appendFileSync(process.env.AUTOMATION_STACK_INTERRUPTION_LOG, line + '\\n'); };
            if (process.env.AUTOMATION_STACK_ARGUMENTS.includes('"command":"stages"')) { writeFileSync(options.result, JSON.stringify({ data: { jenkins: { credentials: { none: [], environments: {} } } } })); process.exit(0); }
            const end = (code, category, message) => { writeFileSync(options.error, JSON.stringify({ category, message })); process.exit(code); };
            for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => appendFileSync('${project.home}/signals', signal + '\\n'));
            ${program}
        """
        file
    }

    def 'a dollar sign in the path of the workspace is a dollar sign'() {
        given:
        File odd = new File(project.home, 'work $HOME space')
        odd.mkdirs()

        when:
        def build = build("stackApply env: 'staging'", [workspace: odd])

        then:
        build.result == 'SUCCESS'
    }

    @Unroll
    def '#step calls #command and has help'() {
        expect:
        new File(Repository.root(), "vars/${step}.groovy").text.contains("new Command(this, '${command}')")
        new File(Repository.root(), "vars/${step}.txt").text.contains("node runner ${command}")

        where:
        command << ['doctor', 'test', 'build', 'push', 'plan', 'apply', 'provision', 'migrate', 'deploy', 'promote', 'rollback', 'release', 'notify', 'status', 'drift', 'drain', 'report']
        step = "stack${command.capitalize()}"
    }

    def 'no other step has no help'() {
        expect:
        def vars = new File(Repository.root(), 'vars').list().toList()
        vars.findAll { it.endsWith('.groovy') && it != 'stackCredentials.groovy' }.every { vars.contains(it.replace('.groovy', '.txt')) }
    }

    /** The library as a commit has it that is no release: the version is there, the packed runner is not. */
    private void betweenReleases() {
        jenkins.step('libraryResource') { args ->
            if (args.resource.startsWith('automation-stack/runner.')) {
                throw new hudson.AbortException("No such library resource ${args.resource} could be found.")
            }
            new File(Repository.root(), "resources/${args.resource}").getText('UTF-8')
        }
    }

    private static String version() {
        new File(Repository.root(), 'resources/automation-stack/version').text.trim()
    }

    private static String digest() {
        new File(Repository.root(), 'resources/automation-stack/runner.sha256').text.trim()
    }

    /** A PATH with everything that sh needs, and no node. */
    private String emptyPath() {
        File folder = new File(project.home, 'bin')
        folder.mkdirs()
        ['sh', 'git', 'find', 'mv'].each { name ->
            ['/bin', '/usr/bin', '/usr/local/bin'].collect { new File(it, name) }.find { it.exists() }?.with { java.nio.file.Files.createSymbolicLink(new File(folder, name).toPath(), it.toPath()) }
        }
        folder.path
    }

}
