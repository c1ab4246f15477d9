package harness

import groovy.transform.CompileStatic
import java.lang.reflect.Constructor
import java.lang.reflect.Executable
import java.lang.reflect.Method
import java.lang.reflect.Modifier
import org.codehaus.groovy.runtime.DateGroovyMethods
import org.codehaus.groovy.runtime.DefaultGroovyMethods
import org.codehaus.groovy.runtime.EncodingGroovyMethods
import org.codehaus.groovy.runtime.IOGroovyMethods
import org.codehaus.groovy.runtime.ProcessGroovyMethods
import org.codehaus.groovy.runtime.ResourceGroovyMethods
import org.codehaus.groovy.runtime.StringGroovyMethods
import org.codehaus.groovy.runtime.XmlGroovyMethods

/** Finds the member that the sandbox asks about for a call: the most general type that declares it counts. */
@CompileStatic
class CallFinder {
    private static final List<Class> GROOVY = [
        DefaultGroovyMethods, StringGroovyMethods, XmlGroovyMethods, EncodingGroovyMethods, DateGroovyMethods, ProcessGroovyMethods,
        IOGroovyMethods, ResourceGroovyMethods,
    ] as List<Class>

    /** The methods of a type by name; kept as long as the type is. */
    private static final ClassValue<Map<String, List<Method>>> DECLARED = new ClassValue<Map<String, List<Method>>>() {
        @Override
        protected Map<String, List<Method>> computeValue(Class<?> type) {
            Map<String, List<Method>> found = [:]
            for (Method method : type.declaredMethods) {
                found.computeIfAbsent(method.name) { new ArrayList<Method>() }.add(method)
            }
            found
        }
    }
    private static final ClassValue<List<Class>> LEVELS = new ClassValue<List<Class>>() {
        @Override
        protected List<Class> computeValue(Class<?> type) {
            new ArrayList<Class>(supertypesFirst(type, new LinkedHashSet<Class>()))
        }
    }

    /** An instance method; null where Java has none of that name for these arguments. */
    static Method method(Class type, String name, Object[] args) {
        for (Class level : LEVELS.get(type)) {
            Method found = best(declared(level, name, false), args)
            if (found != null) {
                return found
            }
        }
        GString.isAssignableFrom(type) ? method(String, name, args) : null
    }

    static boolean hasStatic(Class type, String name) {
        for (Class level = type; level != null; level = level.superclass) {
            if (!declared(level, name, true).isEmpty()) {
                return true
            }
        }
        false
    }

    private static List<Method> declared(Class type, String name, boolean isStatic) {
        List<Method> all = DECLARED.get(type).get(name)
        if (all == null) {
            return Collections.emptyList()
        }
        List<Method> found = []
        for (Method method : all) {
            if (Modifier.isStatic(method.modifiers) == isStatic) {
                found.add(method)
            }
        }
        found
    }

    /** Methods that Groovy adds to an object, one of each class that has some. */
    static List<Method> gdk(Object receiver, String name, Object[] args) {
        Object[] all = new Object[args.length + 1]
        all[0] = receiver
        System.arraycopy(args, 0, all, 1, args.length)
        GROOVY.collect { Class type -> staticMethod(type, name, all) }.findAll { Method method -> method != null }
    }

    static Method staticMethod(Class type, String name, Object[] args) {
        best(declared(type, name, true), args)
    }

    static Constructor constructor(Class type, Object[] args) {
        List<Constructor> all = type.declaredConstructors as List<Constructor>
        // A map is also taken for the values of properties.
        best(all, args) ?: (args.length == 1 && args[0] instanceof Map ? best(all, [] as Object[]) : null)
    }

    private static Set<Class> supertypesFirst(Class type, Set<Class> found) {
        if (type.superclass != null) {
            supertypesFirst(type.superclass, found)
        }
        for (Class other : type.interfaces) {
            supertypesFirst(other, found)
        }
        found.add(type)
        found
    }

    private static <T extends Executable> T best(Collection<T> candidates, Object[] args) {
        T found = null
        for (T candidate : candidates) {
            if (fits(candidate, args) && (found == null || isCloser(candidate, found))) {
                found = candidate
            }
        }
        found
    }

    private static boolean isCloser(Executable one, Executable other) {
        if (one.varArgs != other.varArgs) {
            return other.varArgs
        }
        for (int i = 0; i < Math.min(one.parameterCount, other.parameterCount); i++) {
            if (one.parameterTypes[i] != other.parameterTypes[i]) {
                return other.parameterTypes[i].isAssignableFrom(one.parameterTypes[i])
            }
        }
        false
    }

    private static boolean fits(Executable candidate, Object[] args) {
        Class[] types = candidate.parameterTypes
        int fixed = types.length - 1
        if (candidate.varArgs && args.length >= fixed && !(args.length == types.length && fitsOne(types[fixed], args[fixed]))) {
            Class item = types[fixed].componentType
            return fitAll(args) { int i -> i < fixed ? types[i] : item }
        }
        args.length == types.length && fitAll(args) { int i -> types[i] }
    }

    private static boolean fitAll(Object[] args, Closure<Class> type) {
        for (int i = 0; i < args.length; i++) {
            if (!fitsOne(type.call(i), args[i])) {
                return false
            }
        }
        true
    }

    /** Exact but for what a GString, an int and a small long may stand for: an int is no double. */
    private static boolean fitsOne(Class type, Object value) {
        if (value == null) {
            return !type.primitive
        }
        if (type == String && value instanceof GString) {
            return true
        }
        switch (type) {
            case int: return value instanceof Integer || value instanceof Long && (long) value == ((Long) value).intValue()
            case long: return value instanceof Long || value instanceof Integer
            case boolean: return value instanceof Boolean
            case double: return value instanceof Double
            case float: return value instanceof Float
            case char: return value instanceof Character
            case byte: return value instanceof Byte
            case short: return value instanceof Short
            default: return type.isInstance(value)
        }
    }
}
