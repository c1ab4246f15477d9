package library

import groovy.json.JsonSlurper
import harness.Jenkins
import hudson.model.Result
import jenkins.model.CauseOfInterruption
import jenkins.model.CauseOfInterruption.UserInterruption
import org.jenkinsci.plugins.pipeline.milestone.CancelledCause
import org.jenkinsci.plugins.workflow.steps.FlowInterruptedException
import org.jenkinsci.plugins.workflow.steps.TimeoutStepExecution.ExceededTimeout
import org.jenkinsci.plugins.workflow.support.steps.ExecutorStepExecution.RemovedNodeCause
import org.jenkinsci.plugins.workflow.support.steps.input.Rejection
import spock.lang.Specification
import spock.lang.Unroll

/** Why Jenkins ended something, from within the sandbox. */
class InterruptionSpec extends Specification {

    private static Map told(CauseOfInterruption cause) {
        def jenkins = new Jenkins()
        jenkins.step('given') { Map args -> new FlowInterruptedException(Result.ABORTED, true, cause == null ? [] as CauseOfInterruption[] : [cause] as CauseOfInterruption[]) }
        def build = jenkins.run('''@Library('automation-stack') _
            import automationstack.Interruption
            def it = given()
            echo groovy.json.JsonOutput.toJson([
                input: Interruption.ofInput(it), loss: Interruption.isLoss(it), timeout: Interruption.isTimeout(it),
                superseded: Interruption.isSuperseded(it), newer: Interruption.newer(it), reason: Interruption.reason(it), by: Interruption.by(it)])''')
        assert build.result == 'SUCCESS': build
        (new JsonSlurper().parseText(build.steps('echo').first().args.message as String) as Map).findAll { it.value }
    }

    private static CauseOfInterruption saying(String words) {
        new CauseOfInterruption() {
            @Override
            String getShortDescription() {
                words
            }
        }
    }

    @Unroll
    def 'what #words says'() {
        expect:
        told(cause) == answers

        where:
        cause                                                || answers
        new Rejection('bob')                                 || [input: 'refused', by: 'bob', reason: 'Rejected by bob']
        saying('Rejected')                                   || [input: 'refused', reason: 'Rejected']
        new ExceededTimeout()                                || [input: 'expired', timeout: true, reason: 'Timeout has been exceeded']
        new UserInterruption('carol')                        || [reason: 'aborted by carol']
        saying('Abgebrochen von carol')                      || [reason: 'Abgebrochen von carol']
        new RemovedNodeCause()                               || [loss: true, reason: 'Agent was removed']
        saying('Timeout waiting for agent to come back')     || [loss: true, reason: 'Timeout waiting for agent to come back']
        new CancelledCause(8)                                || [superseded: true, newer: '8', reason: 'Superseded by #8']
        saying('Superseded by #12 1.4.0')                    || [superseded: true, newer: '12', reason: 'Superseded by #12 1.4.0']
        saying('Superseded by shop/delivery/main#12')        || [superseded: true, newer: '12', reason: 'Superseded by shop/delivery/main#12']
        saying('Superseded by a release')                    || [superseded: true, reason: 'Superseded by a release']
        null                                                 || [reason: 'the build was aborted']

        words = cause?.shortDescription ?: 'nothing'
    }

}
