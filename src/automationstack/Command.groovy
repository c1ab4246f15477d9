package automationstack

import hudson.model.Result
import jenkins.model.CauseOfInterruption
import org.jenkinsci.plugins.workflow.steps.FlowInterruptedException

/** One command of the runner as a step: binds its credentials, calls it once, and fails the build if it fails. */
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
     * @return the result: `exitCode`, `status`, `environment`, `release`, `digests`, `url`, `hosts`, `data` …
     */
    Map run(Map given) {
        Map outcome = [:]
        Runner runner = new Runner(script)
        new Credentials(script).bound(script.stackCredentials(given)) {
            outcome = runner.call(name, given)
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

    /** The build gets this result only if nobody catches the exception. */
    private void stop(String result, String message) {
        FlowInterruptedException stopped = null
        try {
            String words = "stack${name.capitalize()}: ${message.split('\n')[0]}"
            stopped = new FlowInterruptedException(Result.fromString(result), false, new CauseOfInterruption.UserInterruption(words))
        } catch (Exception refused) {
            // The sandbox does not allow an exception with its own result.
            script.currentBuild.result = result
            return
        }
        script.echo("ERROR: ${message}")
        throw stopped
    }

}
