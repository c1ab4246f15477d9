package harness

import hudson.AbortException
import org.jenkinsci.plugins.workflow.steps.FlowInterruptedException
import spock.lang.Specification
import spock.lang.Unroll

/** Abort, lost agent, timeout and restart, at the step where a spec wants them. */
class InterruptionsSpec extends Specification {
    private final Jenkins jenkins = Samples.jenkins()

    private static final String TEN_STEPS = '''
        def words = []
        @NonCPS def join(list) { list.sort { it }.join(' ') }
        def add(words, word) { words << word; echo word; words }
        stage('One') { add(words, 'one') }
        stage('Two') {
            withEnv(['PLACE=here']) {
                try { error 'no' } catch (problem) { add(words, problem.message) }
                [a: 1, b: 2].each { key, value -> add(words, "$key$value") }
            }
        }
        def got = parallel(
            x: { node { words << sh(script: 'printf x$BUILD_NUMBER', returnStdout: true) }; 1 },
            y: { retry(2) { if (!words.contains('again')) { words << 'again'; error 'once' } }; lock('r') { sleep 1 }; 2 })
        echo "${join(words)} ${got.x + got.y}"
    '''

    def "a build that is restarted at any of its steps ends as one that is not"() {
        given:
        def whole = jenkins.run(TEN_STEPS)
        String end = whole.steps('echo').last().args.message

        expect:
        whole.result == 'SUCCESS'
        end == 'a1 again b2 no one x1 3'
        whole.steps.size() >= 15

        when:
        def ends = whole.steps.collect { StepRecord at ->
            def again = Samples.jenkins()
            again.resumeAt { it.number == at.number }
            def build = again.run(TEN_STEPS)
            [build.result, build.log.count('Resuming build'), build.steps('echo').last().args.message, build.steps*.name]
        }

        then:
        ends.every { it == ['SUCCESS', 1, end, whole.steps*.name] }
    }

    def "a build that is restarted at all of its steps ends as one that is not"() {
        given:
        jenkins.resumeAt(true) { true }

        when:
        def build = jenkins.run(TEN_STEPS)

        then:
        build.result == 'SUCCESS'
        build.log.count('Resuming build') == build.steps.size()
        build.steps('echo').last().args.message == 'a1 again b2 no one x1 3'
    }

    def "a process outlives the restart of the controller"() {
        given:
        jenkins.resumeAt { it.name == 'sh' }

        when:
        def build = jenkins.run('''node { echo sh(script: 'sleep 0.2; echo done', returnStdout: true).trim() }''')

        then:
        build.result == 'SUCCESS'
        build.steps('echo')*.args*.message == ['done']
    }

    def "an abort stops the process with SIGTERM, runs what must be run, and the build is aborted"() {
        given:
        jenkins.abortAt('carol') { it.name == 'sh' && it.args.script.contains('deploying') }

        when:
        def build = jenkins.run("""
            node {
                try {
                    sh '''#!/bin/sh
                        trap 'echo undone > undone; exit 143' TERM
                        echo deploying
                        while :; do sleep 0.05; done'''
                    echo 'not reached'
                } catch (org.jenkinsci.plugins.workflow.steps.FlowInterruptedException stop) {
                    echo "stopped: \${readFile(file: 'undone', encoding: 'UTF-8').trim()}; \$stop.message"
                    throw stop
                } finally {
                    echo 'cleaned up'
                }
            }
        """)

        then:
        build.result == 'ABORTED'
        build.steps('echo')*.args*.message == ['stopped: undone; Aborted by carol', 'cleaned up']
        build.failure instanceof FlowInterruptedException
    }

    def "an abort reaches the children of a process before their parent"() {
        given:
        jenkins.abortAt { it.name == 'sh' }

        when:
        def build = jenkins.run("""
            node {
                sh '''#!/bin/sh
                    trap 'echo parent; exit 143' TERM
                    sh -c 'trap "sleep 0.3; echo child; exit 0" TERM; echo at work; while :; do sleep 0.05; done' &
                    while :; do wait; done'''
            }
        """)

        then:
        build.result == 'ABORTED'
        build.log.contains('child\nparent')
    }

    def "a process that does not end in time is given up, and goes on"() {
        given:
        jenkins.stopMillis = 1000
        jenkins.abortAt { it.name == 'sh' && it.args.script.contains('deploying') }

        when:
        def build = jenkins.run("""
            node {
                try {
                    sh '''#!/bin/sh
                        trap 'sleep 2; echo undone > undone; exit 143' TERM
                        echo deploying
                        while :; do sleep 0.05; done'''
                } catch (org.jenkinsci.plugins.workflow.steps.FlowInterruptedException stop) {
                    echo "undone: \${fileExists('undone')}"
                    sh 'until [ -e undone ]; do sleep 0.1; done'
                    throw stop
                }
            }
        """)

        then:
        build.result == 'ABORTED'
        build.log.contains('After 1s process did not stop')
        build.log.contains('undone: false')
        build.steps('sh').size() == 2
    }

    @Unroll
    def "what a process with #cookies leaves behind is #what with its #place"() {
        given:
        File workspace = File.createTempDir()

        when:
        jenkins.run("""
            $begin
                sh '''#!/bin/sh
                    ($prefix sh -c 'echo \$\$ > started; mv started left; exec sleep 60' > /dev/null 2>&1 &)
                    until [ -e left ]; do sleep 0.05; done'''
            $end
        """, [workspace: workspace])
        def left = ProcessHandle.of(new File(workspace, 'left').text.trim() as long)

        then:
        (left.present && left.get().alive) == isLeft

        cleanup:
        left.ifPresent { it.destroyForcibly() }
        workspace.deleteDir()

        where:
        place       | begin                                   | end   | prefix                                                || isLeft
        'agent'     | 'node {'                                | '}'   | ''                                                    || false
        'agent'     | 'node {'                                | '}'   | 'env -u JENKINS_NODE_COOKIE -u JENKINS_SERVER_COOKIE' || true
        'container' | 'node { docker.image("tools").inside {' | '} }' | 'env -u JENKINS_NODE_COOKIE -u JENKINS_SERVER_COOKIE' || false
        cookies = prefix ? 'no cookie' : 'its cookie'
        what = isLeft ? 'kept' : 'ended'
    }

    def "an agent that never comes is waited for until a timeout strikes"() {
        given:
        jenkins.agents.labels = [] as Set

        when:
        def build = jenkins.run("timeout(time: 5, unit: 'MINUTES') { node('linux') { echo 'here' } }")

        then:
        build.result == 'ABORTED'
        build.steps('echo').empty
    }

    def "a step whose plugin is missing is not there"() {
        given:
        jenkins.missing << 'lock'

        when:
        def build = jenkins.run("lock('staging') { echo 'in' }")

        then:
        build.failure instanceof NoSuchMethodError
        build.failure.message.contains("No such DSL method 'lock' found among steps")
    }

    def "a build that catches its abort is aborted all the same"() {
        given:
        jenkins.abortAt { it.name == 'sleep' }

        when:
        def build = jenkins.run('try { sleep 10 } catch (ignored) { echo "caught" }')

        then:
        build.result == 'ABORTED'
        build.failure == null
        build.log.contains('caught')
    }

    def "an abort reaches every branch, also one that waits for a lock"() {
        given:
        jenkins.lockedElsewhere << 'production'
        jenkins.abortAt { it.name == 'sleep' }

        when:
        def build = jenkins.run('''
            parallel a: { try { lock('production') { echo 'in' } } finally { echo 'a ends' } },
                b: { try { echo 'b'; echo 'b'; sleep 10 } finally { echo 'b ends' } }
        ''')

        then:
        build.result == 'ABORTED'
        build.steps('echo')*.args*.message.containsAll(['a ends', 'b ends'])
        !build.steps('echo')*.args*.message.contains('in')
    }

    def "work on a lost agent is done again on another, with an empty workspace"() {
        given:
        jenkins.loseAgentAt { it.name == 'sh' && it.args.script == 'second' }

        when:
        def build = jenkins.run('''
            retry(count: 2, conditions: [agent(), nonresumable()]) {
                node('linux') {
                    sh 'test ! -e first && touch first'
                    echo env.NODE_NAME
                    if (env.NODE_NAME == 'agent-1') { sh 'second' }
                }
            }
        ''')

        then:
        build.result == 'SUCCESS'
        build.steps('echo')*.args*.message == ['agent-1', 'agent-2']
    }

    def "without a retry, a lost agent ends the build"() {
        given:
        jenkins.loseAgentAt { it.name == 'echo' }

        expect:
        jenkins.run("node { echo 'a'; echo 'b' }").with { [result, steps('echo').size()] } == ['ABORTED', 1]
    }

    def "a failure of another kind is not tried again under the agent condition"() {
        expect:
        jenkins.run("retry(count: 3, conditions: [agent()]) { echo 'try'; error 'bad' }").steps('echo').size() == 1
    }

    def "an abort is never tried again"() {
        given:
        jenkins.abortAt { it.name == 'sleep' }

        expect:
        jenkins.run('retry(3) { sleep 1 }').with { [result, steps('sleep').size()] } == ['ABORTED', 1]
    }

    def "a timeout strikes while a process runs, and stops it"() {
        given:
        jenkins.timeOutAt { it.name == 'sh' }

        when:
        def build = jenkins.run("node { timeout(time: 5, unit: 'MINUTES') { sh 'echo begun; sleep 60' } }")

        then:
        build.result == 'ABORTED'
        build.failure.causes[0].class.name.endsWith('TimeoutStepExecution$ExceededTimeout')
        build.log.contains('begun')
    }

    def "an input that nobody answers expires with the timeout around it"() {
        when:
        def build = jenkins.run("timeout(time: 2, unit: 'HOURS') { input 'Deploy?' }")

        then:
        build.result == 'ABORTED'
        build.failure.causes[0].shortDescription == 'Timeout has been exceeded'
    }

    def "a refused input says who refused"() {
        given:
        jenkins.refuse('bob')

        when:
        def build = jenkins.run('''
            try { input 'Deploy?' } catch (org.jenkinsci.plugins.workflow.steps.FlowInterruptedException no) {
                echo "refused: $no.message"
                throw no
            }
        ''')

        then:
        build.result == 'ABORTED'
        build.log.contains('refused: Rejected by bob')
    }

    def "an older build does not pass a milestone that a newer one has passed"() {
        given:
        String text = "milestone 1; echo 'passed'"

        expect:
        jenkins.run(text, [number: 8]).result == 'SUCCESS'
        jenkins.run(text, [number: 7]).with { [result, steps('echo').size()] } == ['NOT_BUILT', 0]
        jenkins.run(text, [number: 9]).result == 'SUCCESS'
    }

    def "a double of a step gets plain arguments, and may throw"() {
        given:
        jenkins.step('build') { Map args -> if (args.job == 'bad') { throw new AbortException("$args.job failed") } else { [result: 'SUCCESS'] } }

        expect:
        jenkins.run("build job: \"\${'go'}od\"").steps('build')[0].args == [job: 'good']
        jenkins.run("build job: 'bad'").with { [result, failure.message] } == ['FAILURE', 'bad failed']
    }

    def "a step that only a spec knows can be doubled"() {
        given:
        def sent = []
        jenkins.step('stackDeploy') { Map args -> sent << args; [release: '1.2.3'] }

        expect:
        jenkins.run("def made = stackDeploy(env: 'staging'); echo made.release").log.contains('1.2.3')
        sent == [[env: 'staging']]
    }

    def "a lock that another build holds is skipped where the step says so"() {
        given:
        jenkins.lockedElsewhere << 'staging'

        expect:
        jenkins.run("lock(resource: 'staging', skipIfLocked: true) { echo 'in' }; echo 'after'").steps('echo')*.args*.message == ['after']
    }

    def "an input inside node makes the spec fail"() {
        given:
        jenkins.tolerant = false
        jenkins.answer('alice')

        when:
        jenkins.run("node { input 'Deploy?' }")

        then:
        AssertionError problem = thrown()
        problem.message.contains('waits inside node')
    }
}
