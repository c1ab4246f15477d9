package org.jenkinsci.plugins.workflow.support.steps.input

import hudson.model.User
import jenkins.model.CauseOfInterruption

/** Somebody refused an input. */
class Rejection extends CauseOfInterruption {
    private final String userName

    Rejection(String userName) {
        this.userName = userName
    }

    /** Who refused. */
    User getUser() {
        new User(userName)
    }

    @Override
    String getShortDescription() {
        "Rejected by $userName"
    }
}
