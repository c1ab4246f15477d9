package automationstack

/** The steps of Jenkins that the library uses, by the plugin that has them. */
class Steps implements Serializable {

    private static final long serialVersionUID = 1L

    /** What Jenkins throws where an agent went away between two steps; `retry` knows them. */
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

    /** What is not installed of the steps named, said in one message; null where all of them are there. */
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

    /** True where the agent, not the work on it, failed: another one may do it. */
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

    /** True where a step is not there because its plugin is not installed. */
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
     * The names of all steps, each between commas; null where that cannot be found out. Jenkins names them where it is asked
     * for one that is not there; StepDescriptor, which knows them too, is out of the sandbox's reach.
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
