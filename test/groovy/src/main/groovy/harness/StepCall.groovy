package harness

import groovy.transform.CompileStatic

/** What the program asks for when it suspends: a step by name, its named arguments, and its body or its branches. */
@CompileStatic
class StepCall implements Serializable {
    private static final long serialVersionUID = 1L

    final String name
    final Map<String, Object> args
    final Closure body

    StepCall(String name, Map<String, Object> args, Closure body) {
        this.name = name
        this.args = args
        this.body = body
    }
}
