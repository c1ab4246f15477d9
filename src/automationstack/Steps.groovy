package automationstack

import org.jenkinsci.plugins.workflow.steps.StepDescriptor

/** The steps of Jenkins that the library uses, by the plugin that has them. */
class Steps implements Serializable {

    private static final long serialVersionUID = 1L

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

    /**
     * What is not installed of the steps named, said in one message; null where all of them are there, or where that
     * cannot be found out (a library that runs in the sandbox).
     */
    static String missing(List names) {
        List plugins = []
        for (String name : names) {
            if (!isThere(name)) {
                plugins.add("${PLUGINS[name]} (step ${name})".toString())
            }
        }
        return plugins.isEmpty() ? null : "Jenkins lacks plugins that this build needs: ${plugins.join(', ')}"
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

    private static boolean isThere(String name) {
        try {
            return StepDescriptor.byFunctionName(name) != null
        } catch (Exception refused) {
            return true
        }
    }

}
