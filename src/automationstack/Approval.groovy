package automationstack

import org.jenkinsci.plugins.workflow.steps.FlowInterruptedException

/** Waits, without an agent, until as many people have approved as the configuration asks for. */
class Approval implements Serializable {

    private static final long serialVersionUID = 1L

    /** Who approved or refused: an id, or a list of ids. */
    Object by
    /** Digest of the plan that was shown and approved; null without a plan. */
    String plan
    /** `refused` or `expired`; null if it was approved, or nobody was asked yet. */
    String ending
    /** How long the build waited, as a duration of the runner. */
    String after
    /** Addresses of resources with data that may be destroyed: those that every approver typed. */
    List allowed = []

    private final Object script
    /** Digests of plans by environment. */
    private final Map plans = [:]
    /** The stage that was approved and that the runner has not been told of. */
    private String unreported

    Approval(Object script) {
        this.script = script
    }

    /** Notes which plan the outcome of a stage has: the approval is for this plan. */
    void note(Map stage, Map outcome) {
        if (stage.kind == 'plan' && outcome.stages) {
            plans[stage.environment] = outcome.stages[0].plan?.digest
        }
    }

    /** @throws FlowInterruptedException where the build itself is aborted */
    void ask(Map plan, Map block, Summary summary) {
        Map terms = plan.jenkins.approval
        String subject = summary.question(plan.application, block.environment)
        List losses = summary.lossesOf(block.environment)
        int minutes = terms.timeoutMinutes
        after = "${minutes}m"
        try {
            script.timeout(time: minutes, unit: 'MINUTES') {
                askAll(terms, subject, losses)
            }
        } catch (FlowInterruptedException interruption) {
            ending = Interruption.ofInput(interruption)
            if (ending == null) {
                throw interruption
            }
            by = Interruption.by(interruption)
        }
        if (ending == null) {
            unreported = block.stage
            this.plan = plans[block.environment]
        }
    }

    /** The approved stage, once: it is recorded with the first stage after it. */
    List taken() {
        List stages = unreported == null ? [] : [unreported]
        unreported = null
        return stages
    }

    /** The call that should record the stages was cut off. */
    void giveBack(List stages) {
        if (!stages.isEmpty()) {
            unreported = stages[0]
        }
    }

    /** What may be destroyed, each once: addresses that the Jenkinsfile names, and those of the approval. */
    List allowing(Object named) {
        List names = []
        for (Object name : [named ?: [], allowed].flatten()) {
            if (!names.contains(name)) {
                names.add(name)
            }
        }
        return names
    }

    /** Why it was not approved. */
    String getMessage() {
        return ending == 'refused' ? "refused by ${by}" : "nobody approved it within ${after}"
    }

    /** Asks until enough people have approved. Who may not approve gets a message, and the question is asked again. */
    private void askAll(Map terms, String subject, List losses) {
        int count = terms.count ?: 1
        List approvers = []
        String remark = ''
        while (approvers.size() < count) {
            Object answer = script.input(question(terms, subject + termsOf(terms, approvers, count) + remark, losses))
            String who = answer instanceof Map ? answer.APPROVER : answer
            String reason = refusal(who, terms, approvers)
            if (reason == null) {
                agree(answer, approvers.isEmpty())
                approvers.add(who)
                remark = ''
            } else {
                script.echo("${who} may not approve it: ${reason}. The question is asked again.")
                remark = "\n${who} may not approve it: ${reason}."
            }
        }
        by = approvers.size() == 1 ? approvers[0] : approvers
    }

    private Map question(Map terms, String message, List losses) {
        Map question = [message: message, ok: 'Approve', submitterParameter: 'APPROVER']
        if (terms.submitters) {
            question.submitter = terms.submitters
        }
        if (losses) {
            question.parameters = [script.text(name: 'ALLOW_DESTROY', defaultValue: '', description:
                'Resources with data that may be destroyed: each address named above, one per line.')]
        }
        return question
    }

    /** Who may not approve, what is not known, and how many approvals are missing; shown with the question. */
    private static String termsOf(Map terms, List approvers, int count) {
        String lines = terms.who ? "\nMay not approve it: ${terms.who.join(', ')}" : ''
        for (String note : terms.notes) {
            lines = "${lines}\n(${note})"
        }
        if (count > 1) {
            String given = approvers ? ", given by ${approvers.join(', ')}" : ''
            lines = "${lines}\n${approvers.size()} of ${count} approvals${given}"
        }
        return lines
    }

    /** @return why somebody may not approve, or null; the runner checks again, and knows more names */
    private static String refusal(String who, Map terms, List approvers) {
        if (isAmong(who, approvers)) {
            return 'another person has to'
        }
        return terms.not && isAmong(who, terms.not) ? 'they wrote it, or started this build' : null
    }

    private static boolean isAmong(String who, List others) {
        boolean found = false
        for (String name : namesOf(who)) {
            for (String other : others) {
                found = found || namesOf(other).contains(name)
            }
        }
        return found
    }

    /** The id; for an e-mail address also the part before the `@`. */
    private static List namesOf(String id) {
        String name = id.trim().toLowerCase()
        int at = name.indexOf('@')
        return at > 0 ? [name, name.substring(0, at)] : [name]
    }

    /** Only what every approver has typed may be destroyed. */
    private void agree(Object answer, boolean isFirst) {
        List names = []
        String typed = answer instanceof Map ? answer.ALLOW_DESTROY : ''
        for (String line : typed.split('\n')) {
            String name = line.trim()
            if (name && (isFirst || allowed.contains(name))) {
                names.add(name)
            }
        }
        allowed = names
    }

}
