package harness


/**
 * What arguments a step takes, so that a wrong one fails here as it would, at worst silently, in Jenkins. Written as
 * words: `script!:String returnStdout:Boolean {}` — `!` is required, `?` may be left out but may stand without its name,
 * `{}` means that it takes a body, `*` that any name will do.
 */
class Signature {
    final String step
    final boolean body
    /** Takes whatever names it is given (`parallel`, a double that a spec made). */
    final boolean open
    private final Map<String, String> types = [:]
    private final String chosen
    private final Set<String> required = new LinkedHashSet<>()

    Signature(String step, String words) {
        this.step = step
        String only = null
        boolean takesBody = false
        boolean takesAny = false
        for (String word : words.split(/\s+/)) {
            if (word == '{}') {
                takesBody = true
            } else if (word == '*') {
                takesAny = true
            } else if (word) {
                String[] parts = word.split(':')
                String name = parts[0].replaceAll('[!?]', '')
                types.put(name, parts.length > 1 ? parts[1] : 'Object')
                if (parts[0].endsWith('!')) {
                    required.add(name)
                }
                if (parts[0].endsWith('?')) {
                    only = name
                }
            }
        }
        body = takesBody
        chosen = only
        open = takesAny
    }

    /** The argument that may stand without its name: the only required one, or the only one there is; null if none may. */
    String sole() {
        if (chosen != null) {
            return chosen
        }
        if (required.size() == 1) {
            return required.first()
        }
        required.isEmpty() && types.size() == 1 ? types.keySet().first() : (open ? 'value' : null)
    }

    /** What is wrong with these named arguments, whatever their values are. */
    List<String> problems(Set<String> names) {
        List<String> found = []
        names.findAll { !open && !types.containsKey(it) }.each { found << "Invalid parameter \"$it\" of step $step; it takes ${types.keySet()}".toString() }
        required.findAll { !names.contains(it) }.each { found << "Missing required parameter: \"$it\" of step $step".toString() }
        found
    }

    /** @throws IllegalArgumentException that says what is wrong with the call */
    void check(StepCall call) {
        if (!open) {
            for (Map.Entry<String, Object> entry : call.args.entrySet()) {
                String type = types.get(entry.key)
                if (type == null) {
                    throw new IllegalArgumentException("Unknown parameter(s) found for step $step: $entry.key; it takes ${types.keySet()}")
                }
                if (entry.value != null && !fits(entry.value, type)) {
                    throw new ClassCastException("$step.$entry.key expects $type but received ${entry.value.class.name}")
                }
            }
        }
        for (String name : required) {
            if (call.args.get(name) == null) {
                throw new IllegalArgumentException("Missing required parameter: \"$name\" of step $step")
            }
        }
        if (body && call.body == null) {
            throw new IllegalStateException("$step step must be called with a body")
        }
        if (!body && !open && call.body != null) {
            throw new IllegalArgumentException("$step takes no body")
        }
    }

    private static boolean fits(Object value, String type) {
        switch (type) {
            case 'String': return value instanceof CharSequence
            case 'Boolean': return value instanceof Boolean
            case 'Number': return value instanceof Number
            case 'List': return value instanceof List
            case 'Map': return value instanceof Map
            default: return true
        }
    }
}
