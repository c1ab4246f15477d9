package org.jenkinsci.plugins.workflow.steps

import jenkins.model.CauseOfInterruption

/** Home of the cause that a timeout gives. */
class TimeoutStepExecution {
    static class ExceededTimeout extends CauseOfInterruption {
        private static final long serialVersionUID = 1L

        @Override
        String getShortDescription() {
            'Timeout has been exceeded'
        }
    }
}
