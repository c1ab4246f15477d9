package harness

/** The Groovy that plugins bring and that runs by CPS in Jenkins (`docker`, declarative pipelines): compiled once in a JVM. */
class Prelude {
    private static Map<String, byte[]> own
    private static final Map<SharedLibrary, Map<String, byte[]>> together = [:]

    static synchronized Map<String, byte[]> bytes() {
        if (own == null) {
            Compiled loader = new Compiled()
            // Each after what it uses.
            ['Docker', 'Surroundings', 'Declarative'].each { String name ->
                String text = Prelude.getResourceAsStream("/harness/prelude/${name}.groovy").getText('UTF-8')
                loader.parseClass(new GroovyCodeSource(text, "${name}.groovy", '/harness/prelude'), false)
            }
            own = loader.bytes
        }
        own
    }

    /** The same map for the same library, since compiled Jenkinsfiles are kept by it. */
    static synchronized Map<String, byte[]> with(SharedLibrary library) {
        if (!together.containsKey(library)) {
            together[library] = new HashMap<>(bytes()) + library.bytes
        }
        together[library]
    }
}
