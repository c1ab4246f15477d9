package harness

/** The environment of a step: the build's, what `env.NAME = …` set, the agent's, and each `withEnv` around it. */
class Environment {
    private static final List<String> INHERITED = ['PATH', 'HOME', 'USER', 'LANG', 'LC_ALL', 'TMPDIR', 'SHELL', 'JAVA_HOME']

    private final Execution execution
    private final Map<String, String> base

    Environment(Execution execution, Map<String, String> base) {
        this.execution = execution
        this.base = base
    }

    /** Parameters are variables too; one that is set already stays. */
    void defaults(Map<String, Object> values) {
        values.each { name, value -> if (value != null && !base.containsKey(name)) { base[name] = value.toString() } }
    }

    /** The environment where the program stands now. */
    Map<String, String> current() {
        of(execution.currentFrame())
    }

    Map<String, String> of(Frame frame) {
        Map<String, String> variables = new TreeMap<>(String.CASE_INSENSITIVE_ORDER)
        boolean onAgent = frame != null && frame.find('agent') != null
        if (onAgent) {
            for (String name : INHERITED) {
                String value = System.getenv(name)
                if (value != null) {
                    variables.put(name, value)
                }
            }
        }
        variables.putAll(base)
        variables.putAll(execution.program.environment)
        if (frame != null) {
            for (Object overrides : frame.all('env')) {
                override(variables, (Map<String, String>) overrides)
            }
        }
        variables
    }

    /** `withEnv`: values stay as they are written; `PATH+X` goes before what is there; empty removes. */
    static void override(Map<String, String> variables, Map<String, String> overrides) {
        overrides.each { String name, String value ->
            int plus = name.indexOf('+')
            if (plus > 0) {
                String real = name.substring(0, plus)
                String before = variables.get(real)
                variables.put(real, before ? value + File.pathSeparator + before : value)
            } else if (value.empty) {
                variables.remove(name)
            } else {
                variables.put(name, value)
            }
        }
    }
}
