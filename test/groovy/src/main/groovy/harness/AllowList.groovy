package harness

import groovy.transform.CompileStatic
import java.lang.reflect.Constructor
import java.lang.reflect.Method

/** What the sandbox lets through: `sandbox.txt`, read once. */
@CompileStatic
class AllowList {
    /** Section → type → words. */
    private static final Map<String, Map<String, Set<String>>> SECTIONS = read()

    static boolean method(Method method) {
        allows('methods', method.declaringClass.name, method.name, method.parameterTypes)
    }

    /** @param method a static one of Groovy, whose first parameter is what it is added to */
    static boolean gdk(Method method) {
        Class[] types = method.parameterTypes
        allows('gdk', types[0].canonicalName, method.name, Arrays.copyOfRange(types, 1, types.length))
    }

    static boolean staticMethod(Method method) {
        allows('statics', method.declaringClass.name, method.name, method.parameterTypes)
    }

    static boolean constructor(Constructor constructor) {
        allows('new', constructor.declaringClass.name, '', constructor.parameterTypes)
    }

    /**
     * What a source alone tells of a call: its name and how many arguments it has.
     * @param arguments negative for a constant or a field
     */
    static boolean statics(String type, String name, int arguments = -1) {
        takes(SECTIONS.get('statics').get(type), name, arguments)
    }

    static boolean constructor(String type, int arguments) {
        takes(SECTIONS.get('new').get(type), '', arguments)
    }

    /** True where some type has such a method. */
    static boolean instance(String name, int arguments) {
        ['methods', 'gdk'].any { String section -> SECTIONS.get(section).values().any { Set<String> words -> !words.contains('*') && takes(words, name, arguments) } }
    }

    private static boolean takes(Set<String> words, String name, int arguments) {
        words != null && words.any { String word ->
            String types = word.startsWith(name + '(') ? word.substring(name.length() + 1, word.length() - 1) : null
            word == '*' || word == name || types != null && (arguments < 0 || types.endsWith('[]') || types.tokenize(',').size() == arguments)
        }
    }

    private static boolean allows(String section, String type, String name, Class[] parameters) {
        Set<String> words = SECTIONS.get(section).get(type)
        if (words == null) {
            return false
        }
        String types = parameters.collect { Class parameter -> parameter.simpleName }.join(',')
        words.contains('*') || words.contains(name) || words.contains("$name($types)".toString())
    }

    private static Map<String, Map<String, Set<String>>> read() {
        Map<String, Map<String, Set<String>>> all = [:]
        Map<String, Set<String>> section = [:]
        for (String line : AllowList.getResourceAsStream('/harness/sandbox.txt').readLines('UTF-8')) {
            if (line.startsWith('[')) {
                section = [:]
                all.put(line.substring(1, line.indexOf(']')), section)
            } else if (line && !line.startsWith('#')) {
                int at = line.indexOf(': ')
                section.put(line.substring(0, at), new HashSet<String>(line.substring(at + 2).tokenize(' ')))
            }
        }
        all
    }
}
