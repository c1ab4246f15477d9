package automationstack

/** What the end of a call means for the build. */
class Outcome implements Serializable {

    private static final long serialVersionUID = 1L

    /** Exit code of `drift` where there is some: the call did what was asked. */
    static final int DRIFT = 5

    /** SUCCESS, UNSTABLE, FAILURE, NOT_BUILT where nothing was changed because of someone else, or ABORTED. */
    static String result(Map outcome) {
        String category = outcome.error?.category
        if (outcome.exitCode == 0) {
            return 'SUCCESS'
        } else if (outcome.exitCode == DRIFT) {
            return 'UNSTABLE'
        } else if (category == 'locked' || category == 'approval') {
            return 'NOT_BUILT'
        }
        return category == 'interrupted' ? 'ABORTED' : 'FAILURE'
    }

    /** The failure's own words: what, where, and what to type next. */
    static String message(Map outcome) {
        Map error = outcome.error
        if (error == null) {
            return "${outcome.command}: exit code ${outcome.exitCode}"
        }
        String where = error.where ? " (${error.where})" : ''
        String next = error.next ? "\nNext: ${error.next}" : ''
        return "${error.message}${where}${next}"
    }

    /** The error of a call that could not even write one. */
    static Map withoutWord(int exitCode, String agent) {
        String next = 'Install Node 20 or newer on it (https://nodejs.org), or choose other agents by jenkins.agent.'
        if (exitCode == 127) {
            return [category: 'infrastructure', message: "there is no Node on the agent ${agent}".toString(), next: next]
        } else if (exitCode == 126) {
            return [category: 'infrastructure', message: "Node on the agent ${agent} is older than 20".toString(), next: next]
        }
        return [
            category: 'infrastructure',
            message: "the runner ended with exit code ${exitCode} on ${agent} and left no word".toString(),
            next: 'Its last lines are in the log above.',
        ]
    }

}
