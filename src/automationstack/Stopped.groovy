package automationstack

import com.cloudbees.groovy.cps.NonCPS
import hudson.model.Result
import jenkins.model.CauseOfInterruption
import org.jenkinsci.plugins.workflow.steps.FlowInterruptedException

/** An end that is no failure of what was asked: the build gets its result where nobody catches it, and only then. */
class Stopped extends FlowInterruptedException {

    private static final long serialVersionUID = 1L

    private final String words

    /** @param result NOT_BUILT or ABORTED */
    Stopped(String result, String words) {
        super(Result.fromString(result), false, new CauseOfInterruption[0])
        this.words = words
    }

    @NonCPS
    @Override
    String getMessage() {
        return words
    }

}
