package org.jenkinsci.plugins.pipeline.milestone

import jenkins.model.CauseOfInterruption

/** A newer build has passed the milestone. */
class CancelledCause extends CauseOfInterruption {
    private static final long serialVersionUID = 1L
    final int newer

    CancelledCause(int newer) {
        this.newer = newer
    }

    @Override
    String getShortDescription() {
        "Superseded by #$newer"
    }
}
