package harness

import groovy.transform.CompileStatic

/** The global variables of a build: Jenkins' own (`env`, `params` …), and the library's files in vars/. */
@CompileStatic
class Globals {
    /** Written in Groovy and run by CPS like a plugin's: name → class. */
    private static final Map<String, String> SCRIPTED = [docker: 'harness.prelude.Docker', pipeline: 'harness.prelude.Declarative']

    private final Execution execution
    /** Jenkins' own variables, by name. */
    final Map<String, Object> fixed

    Globals(Execution execution, Map<String, Object> fixed) {
        this.execution = execution
        this.fixed = fixed
    }

    boolean has(String name) {
        fixed.containsKey(name) || SCRIPTED.containsKey(name) || execution.loadedVars.contains(name)
    }

    Set<String> names() {
        Set<String> all = new TreeSet<>(fixed.keySet())
        all.addAll(SCRIPTED.keySet())
        all.addAll(execution.loadedVars)
        all
    }

    /**
     * The value of a variable. As in Jenkins, each script that names a file of vars/ has its own instance of it, kept in
     * the script's binding, and so in the saved program.
     */
    Object value(String name, Binding binding) {
        if (fixed.containsKey(name)) {
            return fixed.get(name)
        }
        if (!binding.hasVariable(name)) {
            Class type = execution.loader.loadClass(SCRIPTED.containsKey(name) ? SCRIPTED.get(name) : name)
            binding.setVariable(name, type.newInstance())
        }
        binding.getVariable(name)
    }
}
