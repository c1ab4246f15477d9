package harness

import java.util.regex.Matcher
import java.util.regex.Pattern

/** The environment of a step: the build's, what `env.NAME = …` set, the agent's, and each `withEnv` around it. */
class Environment {
    private static final Pattern MACRO = ~/\$([A-Za-z0-9_]+|\{[A-Za-z0-9_.]+\}|\$)/
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

    /** `withEnv`: values are expanded, those that others refer to first; `PATH+X` goes before what is there; empty removes. */
    static void override(Map<String, String> variables, Map<String, String> overrides) {
        for (String name : ordered(overrides)) {
            String value = expand(overrides.get(name), variables)
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

    /** Expands `$NAME`, `${NAME}` and `$$` as Jenkins does: what is not known stays as it is. */
    static String expand(String text, Map<String, String> variables) {
        StringBuilder result = new StringBuilder()
        Matcher matcher = MACRO.matcher(text)
        int at = 0
        while (matcher.find(at)) {
            String key = matcher.group(1)
            String value = key == '$' ? '$' : variables.get(key.startsWith('{') ? key.substring(1, key.length() - 1) : key)
            result.append(text, at, matcher.start()).append(value == null ? matcher.group() : value)
            at = matcher.end()
        }
        result.append(text, at, text.length()).toString()
    }

    private static List<String> ordered(Map<String, String> overrides) {
        List<String> order = []
        Set<String> visiting = new HashSet<>()
        for (String name : overrides.keySet()) {
            visit(name, overrides, visiting, order)
        }
        order
    }

    private static void visit(String name, Map<String, String> overrides, Set<String> visiting, List<String> order) {
        if (!visiting.add(name)) {
            return
        }
        Matcher matcher = MACRO.matcher(overrides.get(name))
        while (matcher.find()) {
            String other = matcher.group(1).replaceAll('[{}]', '')
            if (overrides.containsKey(other)) {
                visit(other, overrides, visiting, order)
            }
        }
        order.add(name)
    }
}
