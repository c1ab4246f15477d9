package org.jenkinsci.plugins.workflow.steps

/** A step that needs an agent was called where there is none. */
class MissingContextVariableException extends Exception {
    MissingContextVariableException(String type, String step) {
        super("Required context class $type is missing\nPerhaps you forgot to surround the $step step with a step that provides this, such as: node")
    }
}
