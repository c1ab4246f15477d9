package org.jenkinsci.plugins.workflow.cps.steps

import jenkins.model.CauseOfInterruption

/** Home of the cause that `failFast` gives to the other branches. */
class ParallelStep {
    static class FailFastCause extends CauseOfInterruption {
        private static final long serialVersionUID = 1L
        final String failingBranch

        FailFastCause(String failingBranch) {
            this.failingBranch = failingBranch
        }

        @Override
        String getShortDescription() {
            "Failed in branch $failingBranch"
        }
    }
}
