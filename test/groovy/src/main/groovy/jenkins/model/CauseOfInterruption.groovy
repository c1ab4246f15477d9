package jenkins.model

import hudson.model.User

/** Why something was interrupted, in words that the console shows. */
abstract class CauseOfInterruption implements Serializable {
    private static final long serialVersionUID = 1L

    abstract String getShortDescription()

    /** Somebody pressed the stop button. */
    static class UserInterruption extends CauseOfInterruption {
        final String userId

        UserInterruption(String userId) {
            this.userId = userId
        }

        User getUser() {
            new User(userId)
        }

        @Override
        String getShortDescription() {
            "Aborted by $userId"
        }
    }
}
