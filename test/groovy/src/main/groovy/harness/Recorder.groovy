package harness

import groovy.transform.CompileStatic
import org.codehaus.groovy.runtime.InvokerHelper

/** One line of a declarative section: a name and its arguments. */
@CompileStatic
class Entry implements Serializable {
    private static final long serialVersionUID = 1L
    final String name
    final List<Object> args

    Entry(String name, List<Object> args) {
        this.name = name
        this.args = args
    }

    /** The body, where the last argument is one; else null. */
    Closure getBody() {
        !args.isEmpty() && args.last() instanceof Closure ? (Closure) args.last() : null
    }

    /** The first argument, where it is a map or a value; an empty map where there is none. */
    Object getValue() {
        args.isEmpty() ? [:] : args.first()
    }
}

/**
 * The delegate of a declarative section's closure: writes down what is called and assigned in it. Part of the program
 * while the section is read.
 */
@CompileStatic
class Recorder extends GroovyObjectSupport implements Serializable {
    private static final long serialVersionUID = 1L

    private final Script script
    private final List<Entry> entries = []
    private final Map<String, Object> values = [:]
    /** True for `environment`, whose values may be made by steps. */
    private final boolean runsSteps

    Recorder(Script script, boolean runsSteps) {
        this.script = script
        this.runsSteps = runsSteps
    }

    List<Entry> entries() {
        entries
    }

    Map<String, Object> values() {
        values
    }

    @Override
    Object invokeMethod(String name, Object args) {
        List<Object> given = new ArrayList<Object>(Arrays.asList((Object[]) args))
        if (runsSteps && name != 'credentials') {
            // A method of the script itself goes before a step.
            return InvokerHelper.invokeMethod(script, name, args)
        }
        // `buildDiscarder(logRotator(…))` is one entry, not two.
        entries.removeAll { Entry entry -> given.contains(entry) }
        Entry entry = new Entry(name, given)
        entries.add(entry)
        entry
    }

    @Override
    Object getProperty(String name) {
        if (values.containsKey(name)) {
            return values.get(name)
        }
        if (!runsSteps && (name == 'any' || name == 'none')) {
            return name
        }
        throw new MissingPropertyException(name, Recorder)
    }

    @Override
    void setProperty(String name, Object value) {
        values.put(name, value)
    }
}
