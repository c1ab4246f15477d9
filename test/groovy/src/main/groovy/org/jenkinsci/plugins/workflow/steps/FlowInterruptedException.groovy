package org.jenkinsci.plugins.workflow.steps

import hudson.model.Result
import jenkins.model.CauseOfInterruption

/** An abort, a timeout, a refused input, a lost agent: carries the result that the build gets if nobody catches it. */
final class FlowInterruptedException extends InterruptedException {
    private static final long serialVersionUID = 1L

    final Result result
    final List<CauseOfInterruption> causes
    /** False where the agent was lost: only then `retry` without conditions tries again. */
    final boolean actualInterruption

    FlowInterruptedException(Result result, boolean actualInterruption = true, CauseOfInterruption... causes) {
        super(causes*.shortDescription.join(', '))
        this.result = result
        this.actualInterruption = actualInterruption
        this.causes = new ArrayList<>(causes as List)
    }
}
