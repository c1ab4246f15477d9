package automationstack

/** One command of the runner as a step: binds its credentials, calls it once, and makes a failure the build's. */
class Command implements Serializable {

    private static final long serialVersionUID = 1L

    private final Object script
    private final String name

    Command(Object script, String name) {
        this.script = script
        this.name = name
    }

    /**
     * @param given the command's options by their camel-case name
     * @return what came of it: `exitCode`, `status`, `environment`, `release`, `digests`, `url`, `hosts`, `data` …
     */
    Map run(Map given) {
        Map outcome = [:]
        new Credentials(script).bound(script.stackCredentials(given)) {
            outcome = new Runner(script).call(name, given)
        }
        return settle(outcome)
    }

    private Map settle(Map outcome) {
        String result = Outcome.result(outcome)
        if (result == 'SUCCESS') {
            return outcome
        } else if (result == 'UNSTABLE') {
            script.unstable(Outcome.message(outcome))
            return outcome
        }
        if (result != 'FAILURE') {
            stop(result, Outcome.message(outcome))
        }
        script.error(Outcome.message(outcome))
    }

    /** Whoever catches it decides what the build becomes. */
    private void stop(String result, String message) {
        Stopped stopped = null
        try {
            stopped = new Stopped(result, message)
        } catch (Exception refused) {
            // The sandbox lets no exception with a result of its own through.
            script.currentBuild.result = result
            return
        }
        script.echo("ERROR: ${message}")
        throw stopped
    }

}
