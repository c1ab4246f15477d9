package pipelines

/**
 * Checks plain data (of a YAML file) against a description of it. A description is made of the functions below; `plugin`
 * names the Jenkins plugin that brings a key, so that a check tells which plugins a file takes as well.
 */
class Schema {
    /** What was found wrong, each with its path. */
    final List<String> problems = []
    /** The plugins that what was checked takes. */
    final Set<String> plugins = [] as TreeSet

    /** A mapping with these keys and no others. `needs` lists the keys that must be there. */
    static Map object(Map options = [:], Map<String, Map> keys) {
        [kind: 'object', keys: keys, needs: options.needs ?: [], plugin: options.plugin]
    }

    /** A mapping with exactly one of these keys: how configuration as code names an implementation. */
    static Map choice(Map options = [:], Map<String, Map> keys) {
        [kind: 'choice', keys: keys, plugin: options.plugin]
    }

    static Map list(Map options = [:], Map of) {
        [kind: 'list', of: of, plugin: options.plugin]
    }

    /** Text; `like` is a pattern for the whole of it, unless a reference such as ${NAME} stands in it. */
    static Map text(Map options = [:]) {
        [kind: 'text', like: options.like, plugin: options.plugin]
    }

    static Map flag(Map options = [:]) {
        [kind: 'flag', plugin: options.plugin]
    }

    static Map number(Map options = [:]) {
        [kind: 'number', plugin: options.plugin]
    }

    /** One of a few words. */
    static Map word(Map options = [:], String... words) {
        [kind: 'word', words: words as List, plugin: options.plugin]
    }

    /** Checks a value; collects what is wrong and what it takes. */
    Schema check(Object value, Map expected, String path = '') {
        if (expected.plugin) plugins << (expected.plugin as String)
        "check${expected.kind.capitalize()}"(value, expected, path)
        this
    }

    private void checkObject(Object value, Map expected, String path) {
        if (!(value instanceof Map)) {
            wrong(path, 'must be a mapping')
            return
        }
        Map given = value as Map
        Map<String, Map> keys = expected.keys as Map<String, Map>
        given.each { key, part ->
            if (keys.containsKey(key)) check(part, keys[key as String], path ? "${path}.${key}" : "${key}")
            else wrong(path, "unknown key ${key}${Nearest.hint(key as String, keys.keySet())}")
        }
        (expected.needs as List).findAll { !given.containsKey(it) }.each { wrong(path, "${it} is missing") }
    }

    private void checkChoice(Object value, Map expected, String path) {
        // Where nothing is to be said of it, its name alone stands for it.
        Object given = value instanceof String ? [(value): [:]] : value
        if (given instanceof Map && given.size() == 1) checkObject(given, expected + [needs: []], path)
        else wrong(path, "must be one of ${(expected.keys as Map).keySet().join(', ')}")
    }

    private void checkList(Object value, Map expected, String path) {
        if (!(value instanceof List)) {
            wrong(path, 'must be a list')
            return
        }
        (value as List).eachWithIndex { part, index -> check(part, expected.of as Map, "${path}[${index}]") }
    }

    private void checkText(Object value, Map expected, String path) {
        if (!(value instanceof String)) wrong(path, "must be text, not ${value?.inspect()}")
        else if (expected.like && !References.namesIn(value) && !(value ==~ expected.like)) wrong(path, "must be like ${expected.like}")
    }

    private void checkFlag(Object value, Map expected, String path) {
        if (!(value instanceof Boolean)) wrong(path, "must be true or false, not ${value?.inspect()}")
    }

    private void checkNumber(Object value, Map expected, String path) {
        if (!(value instanceof Integer)) wrong(path, "must be a whole number, not ${value?.inspect()}")
    }

    private void checkWord(Object value, Map expected, String path) {
        if (!(value in expected.words)) wrong(path, "must be one of ${expected.words.join(', ')}, not ${value?.inspect()}")
    }

    private void wrong(String path, String what) {
        problems << (path ? "${path}: ${what}" : what).toString()
    }
}
