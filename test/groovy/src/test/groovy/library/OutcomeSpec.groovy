package library

import harness.Jenkins
import spock.lang.Specification
import spock.lang.Unroll

/** What the end of a call means for the build. */
class OutcomeSpec extends Specification {

    private static String evaluated(String expression) {
        def build = new Jenkins().run("@Library('automation-stack') _\necho automationstack.Outcome.${expression}")
        assert build.result == 'SUCCESS': build
        build.steps('echo').first().args.message
    }

    @Unroll
    def 'exit code #exitCode with a failure of category #category makes the build #result'() {
        expect:
        evaluated("result([exitCode: ${exitCode}, error: [category: '${category}']])") == result

        where:
        exitCode | category         || result
        0        | null             || 'SUCCESS'
        1        | 'build'          || 'FAILURE'
        1        | 'test'           || 'FAILURE'
        1        | 'infrastructure' || 'FAILURE'
        1        | 'service'        || 'FAILURE'
        1        | 'bug'            || 'FAILURE'
        1        | 'approval'       || 'NOT_BUILT'
        2        | 'config'         || 'FAILURE'
        2        | 'usage'          || 'FAILURE'
        3        | 'service'        || 'FAILURE'
        4        | 'locked'         || 'NOT_BUILT'
        5        | null             || 'UNSTABLE'
        130      | 'interrupted'    || 'ABORTED'
    }

    def 'a failure is told with what, where and what to do next'() {
        expect:
        evaluated("message([exitCode: 1, error: [message: 'no such host', where: 'web-1', next: 'Start it.']])") == 'no such host (web-1)\nNext: Start it.'
    }

    def 'a runner that exited without a result is told by its exit code and agent'() {
        expect:
        evaluated("withoutWord(137, 'agent-3').message").contains('exit code 137 on agent-3')
    }

}
