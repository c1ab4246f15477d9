package org.jenkinsci.plugins.workflow.steps

import harness.Execution

/** What is known of a step that is installed. */
class StepDescriptor {
    final String functionName

    private StepDescriptor(String functionName) {
        this.functionName = functionName
    }

    /** @return null where no plugin has it */
    static StepDescriptor byFunctionName(String name) {
        Execution.current().steps.names().contains(name) ? new StepDescriptor(name) : null
    }
}
