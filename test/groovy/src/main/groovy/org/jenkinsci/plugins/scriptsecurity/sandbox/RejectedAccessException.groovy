package org.jenkinsci.plugins.scriptsecurity.sandbox

/** The sandbox does not let a script use a member. */
class RejectedAccessException extends SecurityException {
    private static final long serialVersionUID = 1L

    RejectedAccessException(String member) {
        super("Scripts not permitted to use $member")
    }
}
