package automationstack

/** What the result of a call means for the build. */
class Outcome implements Serializable {

    private static final long serialVersionUID = 1L

    /** Exit code of `drift` if there is drift: the call itself succeeded. */
    static final int DRIFT = 5

    /** Exit codes of the script around the runner: the runner is not on this agent yet, … */
    static final int NO_RUNNER = 124
    /** … the agent cannot create a folder or a pipe, … */
    private static final int NO_CALL = 125
    /** … or it has no suitable Node. */
    private static final int OLD_NODE = 126
    private static final int NO_NODE = 127

    /** SUCCESS, UNSTABLE, FAILURE, ABORTED, or NOT_BUILT if somebody else is the reason that nothing changed. */
    static String result(Map outcome) {
        String category = outcome.error?.category
        if (outcome.exitCode == 0) {
            return 'SUCCESS'
        } else if (outcome.exitCode == DRIFT) {
            return 'UNSTABLE'
        } else if (category == 'locked' || category == 'approval' || outcome.error?.code == 'SUPERSEDED') {
            return 'NOT_BUILT'
        }
        return category == 'interrupted' ? 'ABORTED' : 'FAILURE'
    }

    /** The failure's message: what failed, where, and what to type next. */
    static String message(Map outcome) {
        Map error = outcome.error
        if (error == null) {
            return "${outcome.command}: exit code ${outcome.exitCode}"
        }
        String where = error.where ? " (${error.where})" : ''
        String next = error.next ? "\nNext: ${error.next}" : ''
        return "${error.message}${where}${next}"
    }

    /** The failure in one line: if known, the fault itself, for example in a line of the configuration. */
    static String headline(Map outcome) {
        return outcome.error?.category == 'config' && outcome.error.evidence ? outcome.error.evidence[0] : message(outcome).split('\n')[0]
    }

    /** True for exit codes of the script around the runner: then there is no result file. */
    static boolean isUnspoken(int exitCode) {
        return exitCode < 0 || (exitCode >= NO_RUNNER && exitCode <= NO_NODE)
    }

    /**
     * The error of a call that has no runner to start.
     *
     * @param version the library's: that of the last release before its commit
     */
    static Map notPacked(String version) {
        return [
            category: 'config',
            message: 'this commit of the Jenkins library has no packed runner: only releases, the tags vX.Y.Z, carry one',
            next: "Name a release: @Library('automation-stack@v${version}'). To try a commit between releases, let agents " +
                'have its runner (AUTOMATION_STACK_RUNNER): see "Which commits work" in docs/jenkins.md.',
        ]
    }

    /** The error of a call that could not write its own error. */
    static Map withoutWord(int exitCode, String agent) {
        String next = 'Install Node 20 or newer on it (https://nodejs.org), or choose other agents by jenkins.agent.'
        if (exitCode == NO_NODE) {
            return [category: 'infrastructure', message: "there is no Node on the agent ${agent}".toString(), next: next]
        } else if (exitCode == OLD_NODE) {
            return [category: 'infrastructure', message: "Node on the agent ${agent} is older than 20".toString(), next: next]
        } else if (exitCode < 0) {
            return [
                category: 'infrastructure',
                message: "Jenkins lost the process of the runner on ${agent} (exit code ${exitCode})".toString(),
                next: 'An agent that is a Docker image needs `ps` and `kill`: see "What agents need" in docs/jenkins.md.',
            ]
        } else if (exitCode == NO_CALL) {
            return [
                category: 'infrastructure',
                message: "the agent ${agent} could not prepare a call of the runner".toString(),
                next: 'The log above says what failed: a full disk, or a file system without named pipes.',
            ]
        }
        return [
            category: 'infrastructure',
            message: "the runner exited without a result: exit code ${exitCode} on ${agent}".toString(),
            next: 'Its last lines are in the log above.',
        ]
    }

}
