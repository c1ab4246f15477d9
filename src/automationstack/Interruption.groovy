package automationstack

import com.cloudbees.groovy.cps.NonCPS
import org.jenkinsci.plugins.workflow.steps.FlowInterruptedException

/**
 * Why Jenkins ended something, read from its message: the sandbox does not allow the causes themselves. All messages but
 * that of an abort by a person are the same in every language of Jenkins. So any other message means such an abort.
 */
class Interruption implements Serializable {

    private static final long serialVersionUID = 1L

    private static final String ABORTED = 'Aborted by '
    private static final String EXPIRED = 'Timeout has been exceeded'
    private static final List LOST = ['Agent was removed', 'Timeout waiting for agent to come back']
    private static final String REFUSED = 'Rejected'
    private static final String SUPERSEDED = 'Superseded by '

    /** @return `refused` or `expired` for an input that nobody approved; null if the build was aborted */
    @NonCPS
    static String ofInput(FlowInterruptedException interruption) {
        if (words(interruption).startsWith(REFUSED)) {
            return 'refused'
        }
        return isTimeout(interruption) ? 'expired' : null
    }

    /** True if the agent went away: another one may continue. */
    @NonCPS
    static boolean isLoss(FlowInterruptedException interruption) {
        String words = words(interruption)
        return LOST.any { words.contains(it) }
    }

    /** True if a timeout expired. */
    @NonCPS
    static boolean isTimeout(FlowInterruptedException interruption) {
        return words(interruption).contains(EXPIRED)
    }

    /** True if a newer build has passed the milestone that this build reached. */
    @NonCPS
    static boolean isSuperseded(FlowInterruptedException interruption) {
        return words(interruption).startsWith(SUPERSEDED)
    }

    /** @return the number of the newer build, as text; null if it is not known */
    @NonCPS
    static String newer(FlowInterruptedException interruption) {
        return isSuperseded(interruption) ? words(interruption).find('(?<=#)[0-9]+') : null
    }

    /** Who refused or aborted, else the message of Jenkins. */
    @NonCPS
    static String reason(FlowInterruptedException interruption) {
        String words = words(interruption)
        if (words.isEmpty()) {
            return 'the build was aborted'
        }
        return words.startsWith(ABORTED) ? "aborted by ${words.substring(ABORTED.length())}" : words
    }

    /** @return who refused an input; null if it is not known */
    @NonCPS
    static String by(FlowInterruptedException interruption) {
        String words = words(interruption)
        String before = "${REFUSED} by "
        return words.startsWith(before) ? words.substring(before.length()) : null
    }

    @NonCPS
    private static String words(FlowInterruptedException interruption) {
        return interruption.message ?: ''
    }

}
