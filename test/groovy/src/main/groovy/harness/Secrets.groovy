package harness


/** The secrets that `withCredentials` has bound where the program stands: masked in the console, refused in arguments. */
class Secrets {
    /** The values, the longest first, so that one that holds another is masked whole. */
    static List<String> of(Frame frame) {
        Set<String> values = new LinkedHashSet<>()
        for (Object bound : frame.all('secrets')) {
            values.addAll((Collection<String>) bound)
        }
        values.findAll { String value -> !value.empty }.sort { String value -> -value.length() } as List<String>
    }

    static String mask(String text, Frame frame) {
        String masked = text
        for (String secret : of(frame)) {
            for (String form : [secret, secret.replace("'", "'\\''")]) {
                masked = masked.replace(form, '****')
            }
            for (String line : secret.readLines()) {
                if (line.length() >= 8) {
                    masked = masked.replace(line, '****')
                }
            }
        }
        masked
    }

    /** @throws SecretLeaked where a secret stands in an argument: it would be shown in the build's page and saved with it */
    static void refuse(StepCall call, Frame frame) {
        List<String> secrets = of(frame)
        if (!secrets.empty) {
            for (Map.Entry<String, Object> entry : call.args.entrySet()) {
                String text = flat(entry.value)
                for (String secret : secrets) {
                    if (text.contains(secret)) {
                        throw new SecretLeaked("secret leaked in argument $entry.key of $call.name")
                    }
                }
            }
        }
    }

    private static String flat(Object value) {
        if (value instanceof Map) {
            return ((Map) value).collect { key, item -> flat(key) + '\n' + flat(item) }.join('\n')
        }
        if (value instanceof Collection) {
            return ((Collection) value).collect { item -> flat(item) }.join('\n')
        }
        if (value instanceof Describable) {
            return flat(((Describable) value).args)
        }
        value instanceof Closure ? '' : String.valueOf(value)
    }
}

/** A secret got into a step's text: the build fails, and the program cannot catch it. */
class SecretLeaked extends Error {
    SecretLeaked(String message) {
        super(message)
    }
}
