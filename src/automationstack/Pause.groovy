package automationstack

import org.jenkinsci.plugins.workflow.steps.FlowInterruptedException

/** Asks, without an agent, how a deployment goes on that its platform has paused. */
class Pause implements Serializable {

    private static final long serialVersionUID = 1L

    private final Object script
    /** By environment: what is to be decided, as the runner says it. */
    private final Map waiting = [:]

    Pause(Object script) {
        this.script = script
    }

    /** Notes whether a stage ended at a pause. */
    void note(Map stage, Map outcome) {
        if (!(stage.kind in ['deploy', 'promote', 'continue'])) {
            return
        }
        waiting.remove(stage.environment)
        for (Map told : outcome.stages ?: []) {
            if (told.id == stage.id && told.paused) {
                waiting[stage.environment] = told.paused + [checks: told.checks ?: []]
            }
        }
    }

    /** Notes whether another build left a stage at a pause. */
    void resumed(Map stage) {
        if (stage.done.paused) {
            waiting[stage.environment] = stage.done.paused
        }
    }

    boolean isAt(String environment) {
        return waiting.containsKey(environment)
    }

    /**
     * Asks until somebody answers, the platform goes back by itself, or the build is aborted.
     *
     * @param failure of the build, which may be a reason not to continue; null if there is none
     * @return arguments of `run`, and `interruption` if the build was aborted; empty if nothing waits
     */
    Map ask(Map plan, String environment, Map failure) {
        Map found = waiting[environment]
        if (found == null) {
            return [:]
        }
        int minutes = found.minutesLeft ?: plan.jenkins.approval.timeoutMinutes
        Map answer = [pause: found.name, answer: 'continue']
        try {
            script.timeout(time: minutes, unit: 'MINUTES') {
                answer.answeredBy = script.input(question(plan, environment, failure))
            }
        } catch (FlowInterruptedException interruption) {
            if (Interruption.isSuperseded(interruption)) {
                // A newer build came past this pause, so it is over.
                throw interruption
            }
            answer = refused(found.name, interruption, minutes)
        }
        return answer
    }

    /** The answer of a build that cannot go on. */
    Map refuse(String environment, String reason) {
        return [pause: waiting[environment].name, answer: 'rollback', reason: reason]
    }

    private Map question(Map plan, String environment, Map failure) {
        Map found = waiting[environment]
        List lines = ["Continue ${plan.application} ${found.version} in ${environment}?"]
        lines.addAll(found.lines)
        lines.addAll(found.checks ?: [])
        if (failure != null) {
            lines.add("This build failed beside it: ${failure.message.split('\n')[0]}")
        }
        lines.add("Abort rolls back to ${found.previous ?: 'what ran before'}.")
        Map question = [message: lines.join('\n'), ok: 'Continue', submitterParameter: 'APPROVER']
        if (plan.jenkins.approval.submitters) {
            question.submitter = plan.jenkins.approval.submitters
        }
        return question
    }

    private static Map refused(String name, FlowInterruptedException interruption, int minutes) {
        Map answer = [pause: name, answer: 'rollback']
        String ending = Interruption.ofInput(interruption)
        if (ending == 'refused') {
            answer.reason = "refused by ${Interruption.by(interruption) ?: 'somebody'}".toString()
        } else if (ending == 'expired') {
            answer.reason = "nobody answered within ${minutes}m".toString()
        } else {
            answer.reason = Interruption.reason(interruption)
            answer.interruption = interruption
        }
        return answer
    }

}
