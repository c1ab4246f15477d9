package automationstack

/** The Jenkins steps that the library uses, with the plugin of each. */
class Steps implements Serializable {

    private static final long serialVersionUID = 1L

    /** Exceptions of Jenkins if an agent goes away between two steps; `retry` knows them too. */
    private static final List OF_AGENT = [
        'AgentOfflineException', 'ChannelClosedException', 'ClosedChannelException', 'MissingContextVariableException',
        'RequestAbortedException',
    ]

    private static final Map PLUGINS = [
        checkout: 'workflow-scm-step',
        input: 'pipeline-input-step',
        junit: 'junit',
        lock: 'lockable-resources',
        milestone: 'pipeline-milestone-step',
        podTemplate: 'kubernetes',
        properties: 'workflow-multibranch',
        publishHTML: 'htmlpublisher',
        withCredentials: 'credentials-binding',
        withDockerContainer: 'docker-workflow',
    ]

    /** Steps that the stages and questions of a plan require. */
    static Set of(Map jenkins) {
        Set names = ['withCredentials']
        if (jenkins.locks) {
            names.add('lock')
        }
        if (jenkins.agent.image) {
            names.add('withDockerContainer')
        }
        if (jenkins.agent.podTemplate) {
            names.add('podTemplate')
        }
        for (Map block : jenkins.blocks) {
            if (block.kind != 'agent') {
                names.add('input')
            }
            if (block.milestone || block.groups?.any { it.milestone }) {
                names.add('milestone')
            }
        }
        return names
    }

    /** One message about all named steps whose plugin is missing; null if there are none. */
    static String missing(Object script, Collection names) {
        String all = known(script)
        List plugins = []
        for (String name : names) {
            if (all != null && !all.contains(", ${name},")) {
                plugins.add("${PLUGINS[name]} (step ${name})".toString())
            }
        }
        return plugins.isEmpty() ? null : "Jenkins lacks plugins that this build needs: ${plugins.join(', ')}"
    }

    /** True if the agent failed, not the work on it: another agent may do it. */
    static boolean isOfAgent(Throwable broken) {
        Throwable cause = broken
        while (cause != null) {
            if (OF_AGENT.contains(cause.getClass().getSimpleName())) {
                return true
            }
            cause = cause.getCause()
        }
        return false
    }

    /** True if a step is missing because its plugin is not installed. */
    static boolean isMissing(Throwable broken, String name) {
        return broken instanceof NoSuchMethodError && "${broken.message}".startsWith("No such DSL method '${name}'")
    }

    /** What went wrong, in words. */
    static String words(Throwable broken) {
        for (String name : PLUGINS.keySet()) {
            if (isMissing(broken, name)) {
                return "Jenkins has no step ${name}: install the plugin ${PLUGINS[name]}".toString()
            }
        }
        String name = broken.getClass().getSimpleName()
        return name == 'AbortException' ? broken.message : "${name}: ${broken.message}".toString()
    }

    /**
     * The names of all steps, each between commas; null if they cannot be found out. Jenkins lists them in its error about
     * an unknown step. StepDescriptor knows them too, but the sandbox does not allow it.
     */
    private static String known(Object script) {
        try {
            script.automationStackAsksForSteps()
        } catch (NoSuchMethodError told) {
            String names = "${told.message}".find('(?<=among steps \\[)[^]]*')
            return names == null ? null : ", ${names},".toString()
        }
        return null
    }

}
