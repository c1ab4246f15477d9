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
    /** Addresses that may be destroyed though they hold data, as the one who approved typed them. */
    List allowed = []

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
        List losses = summary.lossesOf(leg.environment)
        if (losses) {
            question.parameters = [script.text(name: 'ALLOW_DESTROY', defaultValue: '', description:
                'What may be destroyed though it holds data: each address that is named above, one a line.')]
        }
        after = "${minutes}m"
        try {
            script.timeout(time: minutes, unit: 'MINUTES') {
                take(script.input(question))
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

    /** An answer is who gave it, and beside it what was typed where something was asked for. */
    private void take(Object answer) {
        if (answer instanceof Map) {
            by = answer.APPROVER
            List names = []
            for (String line : answer.ALLOW_DESTROY.split('\n')) {
                if (line.trim()) {
                    names.add(line.trim())
                }
            }
            allowed = names
        } else {
            by = answer
        }
    }

}
