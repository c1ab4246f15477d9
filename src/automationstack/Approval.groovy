package automationstack

import org.jenkinsci.plugins.workflow.steps.FlowInterruptedException

/** Waits for a person, outside of any agent. */
class Approval implements Serializable {

    private static final long serialVersionUID = 1L

    /** Who approved, or who refused. */
    String by
    /** `refused` or `expired`; null where it was approved, or nobody has been asked. */
    String ending
    /** How long it was waited for, as a duration of the runner. */
    String after

    private final Object script
    /** The stage that was approved and that the runner has not been told of. */
    private String untold

    Approval(Object script) {
        this.script = script
    }

    /** @throws FlowInterruptedException where the build itself is aborted */
    void ask(Map plan, Map leg, Summary summary) {
        int minutes = plan.jenkins.approval.timeoutMinutes
        Map question = [
            message: summary.question(plan.application, leg.environment), ok: 'Approve', submitterParameter: 'APPROVER']
        if (plan.jenkins.approval.submitters) {
            question.submitter = plan.jenkins.approval.submitters
        }
        after = "${minutes}m"
        try {
            script.timeout(time: minutes, unit: 'MINUTES') {
                by = script.input(question)
            }
        } catch (FlowInterruptedException interruption) {
            ending = Interruption.ofInput(interruption)
            if (ending == null) {
                throw interruption
            }
            by = Interruption.by(interruption)
        }
        if (ending == null) {
            untold = leg.stage
        }
    }

    /** The approved stage, once: it is recorded with the first stage that it opens. */
    List taken() {
        List stages = untold == null ? [] : [untold]
        untold = null
        return stages
    }

    /** Why nothing passed. */
    String getMessage() {
        return ending == 'refused' ? "refused by ${by}" : "nobody approved it within ${after}"
    }

}
