package harness

import groovy.transform.CompileStatic

/** A thing named by a symbol inside a step's arguments: `string(credentialsId: …)`, `booleanParam(…)`, `agent()`. */
@CompileStatic
class Describable implements Serializable {
    private static final long serialVersionUID = 1L

    final String symbol
    final Map<String, Object> args

    Describable(String symbol, Map<String, Object> args) {
        this.symbol = symbol
        this.args = args
    }

    /** As plain data for specs: the arguments, and the symbol under `$symbol`. */
    Map<String, Object> plain() {
        Map<String, Object> all = [:]
        all.put('$symbol', symbol)
        all.putAll(args)
        all
    }
}
