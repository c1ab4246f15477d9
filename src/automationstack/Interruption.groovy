package automationstack

import com.cloudbees.groovy.cps.NonCPS
import jenkins.model.CauseOfInterruption
import org.jenkinsci.plugins.workflow.steps.FlowInterruptedException
import org.jenkinsci.plugins.workflow.steps.TimeoutStepExecution
import org.jenkinsci.plugins.workflow.support.steps.ExecutorStepExecution
import org.jenkinsci.plugins.workflow.support.steps.input.Rejection

/** Why Jenkins ended something. */
class Interruption implements Serializable {

    private static final long serialVersionUID = 1L

    /** @return `refused` or `expired` for an input that nobody approved; null where the build was aborted */
    @NonCPS
    static String ofInput(FlowInterruptedException interruption) {
        String ending = null
        for (CauseOfInterruption cause : interruption.causes) {
            if (cause instanceof Rejection) {
                ending = 'refused'
            } else if (cause instanceof TimeoutStepExecution.ExceededTimeout) {
                ending = 'expired'
            }
        }
        return ending
    }

    /** True where the agent went away: another one may go on. */
    @NonCPS
    static boolean isLoss(FlowInterruptedException interruption) {
        boolean isLost = false
        for (CauseOfInterruption cause : interruption.causes) {
            isLost = isLost || cause instanceof ExecutorStepExecution.RemovedNodeCause
        }
        return isLost
    }

    /** Who refused or aborted, or what Jenkins says of it, in words. */
    @NonCPS
    static String reason(FlowInterruptedException interruption) {
        String words = 'the build was aborted'
        for (CauseOfInterruption cause : interruption.causes) {
            words = cause instanceof CauseOfInterruption.UserInterruption
                ? "aborted by ${cause.userId}" : cause.shortDescription
        }
        return words
    }

    /** @return who refused an input; null where that is not known */
    @NonCPS
    static String by(FlowInterruptedException interruption) {
        String name = null
        for (CauseOfInterruption cause : interruption.causes) {
            if (cause instanceof Rejection) {
                name = cause.user?.id
            }
        }
        return name
    }

}
