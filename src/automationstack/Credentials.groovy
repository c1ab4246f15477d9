package automationstack

/** Binds the credentials that a stage needs according to the runner, and no others. Secrets are only in the environment. */
class Credentials implements Serializable {

    private static final long serialVersionUID = 1L

    private final Object script

    Credentials(Object script) {
        this.script = script
    }

    /**
     * Runs a body with credentials bound.
     *
     * @param bindings maps of `id`, `kind` and `variable`, as `stages --json` gives them
     */
    Object bound(List bindings, Closure body) {
        List bound = []
        for (Map binding : bindings) {
            bound.add(step(binding))
        }
        return bound.isEmpty() ? body() : script.withCredentials(bound, body)
    }

    /** A failure's words; if they name a credential, also the variable that it was for. */
    static String words(List bindings, String words) {
        for (Map binding : bindings) {
            if (words.contains("${binding.id}")) {
                return "${words} (jenkins.credentials: ${binding.id} for ${binding.variable ?: 'AWS'})".toString()
            }
        }
        return words
    }

    private Object step(Map binding) {
        switch (binding.kind) {
            case 'text':
                return script.string(credentialsId: binding.id, variable: binding.variable)
            case 'file':
                return script.file(credentialsId: binding.id, variable: binding.variable)
            case 'ssh-key':
                return script.sshUserPrivateKey(credentialsId: binding.id, keyFileVariable: binding.variable)
            case 'password':
                return script.usernamePassword(
                    credentialsId: binding.id,
                    usernameVariable: "${binding.variable}_USER".toString(),
                    passwordVariable: binding.variable)
            case 'aws':
                return script.aws(
                    credentialsId: binding.id,
                    accessKeyVariable: 'AWS_ACCESS_KEY_ID',
                    secretKeyVariable: 'AWS_SECRET_ACCESS_KEY')
            default:
                script.error("automation-stack: there is no kind of credential \"${binding.kind}\"")
        }
    }

}
