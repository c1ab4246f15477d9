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

    /** A constant, a static field, or any overload of a static method. */
    static boolean statics(String type, String name) {
        Set<String> words = SECTIONS.get('statics').get(type)
        words != null && words.any { String word -> word == '*' || word == name || word.startsWith(name + '(') }
    }

    /** True where a class may be made in one way at least. */
    static boolean constructible(String type) {
        SECTIONS.get('new').containsKey(type)
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
