package org.jenkinsci.plugins.workflow.support.steps

import jenkins.model.CauseOfInterruption

/** Home of the cause that a lost agent gives. */
class ExecutorStepExecution {
    static class RemovedNodeCause extends CauseOfInterruption {
        private static final long serialVersionUID = 1L

        @Override
        String getShortDescription() {
            'Agent was removed'
        }
    }
}
