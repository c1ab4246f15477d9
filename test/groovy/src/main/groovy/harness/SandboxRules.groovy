package harness

import groovy.transform.CompileStatic
import java.lang.reflect.Constructor
import java.lang.reflect.Field
import java.lang.reflect.Method
import java.util.concurrent.ConcurrentHashMap
import org.codehaus.groovy.runtime.MetaClassHelper
import org.jenkinsci.plugins.scriptsecurity.sandbox.RejectedAccessException

/** Asks, when a call is made, whether the sandbox would let it through; what a script or its library brings itself is free. */
@CompileStatic
class SandboxRules {
    private static final String ALLOWED = ''
    /** Made by the virtual machine of Groovy, without a method of that name. */
    private static final Set<String> ARITHMETIC = ([
        'plus', 'minus', 'multiply', 'div', 'compareTo', 'or', 'and', 'xor', 'intdiv', 'mod', 'leftShift', 'rightShift', 'rightShiftUnsigned',
    ] as Set<String>)
    /** Classes of the harness that stand for one of Jenkins. */
    private static final Map<String, String> NAMES = [
        'harness.Build': 'org.jenkinsci.plugins.workflow.support.steps.build.RunWrapper', 'harness.BuildHandle': 'org.jenkinsci.plugins.workflow.support.steps.build.RunWrapper',
        'harness.CpsScript': 'org.jenkinsci.plugins.workflow.cps.CpsScript',
        'harness.Dsl': 'org.jenkinsci.plugins.workflow.cps.DSL', 'harness.EnvHandle': 'org.jenkinsci.plugins.workflow.cps.EnvActionImpl',
    ]
    /** What was found for a class, a member and types of arguments: looking through methods takes long. */
    private static final Map<List<Object>, String> known = new ConcurrentHashMap<>()

    /** @throws RejectedAccessException */
    static void call(Object receiver, String name, Object[] args) {
        if (receiver == null) {
            return
        }
        if (receiver instanceof Class && CallFinder.hasStatic((Class) receiver, name)) {
            demand(decided(receiver, name, args) { staticCall((Class) receiver, name, args) })
        } else if (receiver instanceof Closure && CallFinder.method(Closure, name, args) == null) {
            // A name in a closure is looked for in what is around it.
            Object owner = around((Closure) receiver)
            if (CallFinder.method(owner.class, name, args) != null) {
                call(owner, name, args)
            }
        } else {
            demand(decided(receiver, name, args) { instanceCall(receiver, name, args) })
        }
    }

    static void construct(Class type, Object[] args) {
        if (!isOwn(type)) {
            Constructor found = CallFinder.constructor(type, args)
            demand(found == null || AllowList.constructor(found) ? ALLOWED : "new ${named(type)}${words(found.parameterTypes)}".toString())
        }
    }

    static void get(Object receiver, String name) {
        if (receiver == null || receiver instanceof Map || receiver instanceof Script && has((Script) receiver, name)) {
            return
        }
        if (receiver instanceof Closure && CallFinder.method(Closure, getterOf(name), [] as Object[]) == null) {
            return
        }
        demand(decided(receiver, '.' + name, [] as Object[]) { property(receiver, name) })
    }

    static void set(Object receiver, String name, Object value) {
        if (receiver == null || receiver instanceof Map || receiver instanceof Script && !(name in ['binding', 'metaClass'])) {
            return
        }
        Object[] args = [value] as Object[]
        Method setter = CallFinder.method(receiver.class, 'set' + MetaClassHelper.capitalize(name), args)
        if (setter != null) {
            demand(allowed(setter) ? ALLOWED : words(setter))
        } else if (!(receiver instanceof EnvHandle) && field(receiver.class, name) != null) {
            Field found = field(receiver.class, name)
            demand(isOwn(found.declaringClass) ? ALLOWED : "field ${named(found.declaringClass)} $name".toString())
        }
    }

    /** `a.@b`, and `this.b` */
    static void attribute(Object receiver, String name) {
        Field found = receiver == null ? null : field(receiver.class, name)
        demand(found == null || isOwn(found.declaringClass) ? ALLOWED : "field ${named(found.declaringClass)} $name".toString())
    }

    /** `a[b]` and `a[b] = c`. */
    static void at(Object receiver, String method, Object... args) {
        if (receiver != null && !(receiver.class.array && args[0] instanceof Integer)) {
            call(receiver, method, args)
        }
    }

    private static String instanceCall(Object receiver, String name, Object[] args) {
        Method found = CallFinder.method(receiver.class, name, args)
        if (found != null) {
            return allowed(found) ? ALLOWED : words(found)
        }
        if (receiver instanceof Number && ARITHMETIC.contains(name)) {
            return ALLOWED
        }
        List<Method> added = CallFinder.gdk(receiver, name, args)
        if (!added.isEmpty()) {
            return added.any { Method method -> AllowList.gdk(method) } ? ALLOWED : words(added.first())
        }
        if (receiver instanceof Map || receiver instanceof Script) {
            return ALLOWED
        }
        Method general = CallFinder.method(receiver.class, 'invokeMethod', [name, args] as Object[])
        general == null || allowed(general) ? ALLOWED : "${words(general)} (${named(receiver.class)} $name)"
    }

    private static String staticCall(Class type, String name, Object[] args) {
        Method found = CallFinder.staticMethod(type, name, args)
        if (found == null) {
            return isOwn(type) ? ALLOWED : "staticMethod ${named(type)} $name${args.collect { Object arg -> ' ' + (arg == null ? 'null' : arg.class.name) }.join('')}"
        }
        isOwn(type) || AllowList.staticMethod(found) ? ALLOWED : words(found)
    }

    private static String property(Object receiver, String name) {
        String refused = null
        Object[] none = [] as Object[]
        for (String getter : [getterOf(name), 'is' + MetaClassHelper.capitalize(name)]) {
            Method found = CallFinder.method(receiver.class, getter, none)
            List<Method> added = found == null ? CallFinder.gdk(receiver, getter, none) : []
            if (found != null && allowed(found) || added.any { Method method -> AllowList.gdk(method) }) {
                return ALLOWED
            }
            refused = refused ?: (found != null ? words(found) : added.isEmpty() ? null : words(added.first()))
        }
        if (receiver instanceof Class) {
            return staticProperty((Class) receiver, name, refused)
        }
        Field own = field(receiver.class, name)
        if (own != null && isOwn(own.declaringClass) || receiver instanceof EnvHandle || receiver instanceof Script) {
            return ALLOWED
        }
        if (own != null) {
            return refused ?: "field ${named(own.declaringClass)} $name"
        }
        Method missing = CallFinder.method(receiver.class, 'propertyMissing', [name] as Object[])
        refused ?: (missing == null ? ALLOWED : "method groovy.lang.GroovyObject getProperty java.lang.String (${named(receiver.class)}.$name)")
    }

    private static String staticProperty(Class type, String name, String refused) {
        String getter = getterOf(name)
        if (isOwn(type) || AllowList.statics(type.name, name) || AllowList.statics(type.name, getter)) {
            return ALLOWED
        }
        Method found = CallFinder.staticMethod(type, getter, [] as Object[])
        if (found != null) {
            return words(found)
        }
        field(type, name) == null ? (refused ?: ALLOWED) : "staticField ${named(type)} $name"
    }

    /** Looks a decision up, or makes it; none about classes of the program is kept, since it would keep them as well. */
    private static String decided(Object receiver, String name, Object[] args, Closure<String> decide) {
        Class type = receiver instanceof Class ? (Class) receiver : receiver.class
        if (isOwn(type)) {
            return decide.call()
        }
        List<Object> key = [type, receiver instanceof Class, name] as List<Object>
        for (Object arg : args) {
            key.add(arg == null || isOwn(arg.class) ? null : arg.class)
        }
        String found = known.get(key)
        if (found == null) {
            found = decide.call()
            known.put(key, found)
        }
        found
    }

    private static void demand(CharSequence refused) {
        if (refused.length() > 0) {
            throw new RejectedAccessException(refused.toString())
        }
    }

    private static boolean allowed(Method method) {
        isOwn(method.declaringClass) || AllowList.method(method)
    }

    /** Classes that the program brings: its own, its library's, those of the prelude. */
    private static boolean isOwn(Class type) {
        ClassLoader loader = type.classLoader
        loader instanceof Compiled || loader instanceof GroovyClassLoader.InnerLoader && loader.parent instanceof Compiled
    }

    private static boolean has(Script script, String name) {
        script.binding.hasVariable(name)
    }

    private static Object around(Closure closure) {
        Object owner = closure
        while (owner instanceof Closure) {
            owner = ((Closure) owner).owner
        }
        owner
    }

    private static Field field(Class type, String name) {
        for (Class level = type; level != null; level = level.superclass) {
            Field found = level.declaredFields.find { Field field -> field.name == name }
            if (found != null) {
                return found
            }
        }
        null
    }

    private static String getterOf(String name) {
        'get' + MetaClassHelper.capitalize(name)
    }

    private static String named(Class type) {
        NAMES.getOrDefault(type.name, type.array ? type.canonicalName : type.name)
    }

    private static String words(Method method) {
        String kind = java.lang.reflect.Modifier.isStatic(method.modifiers) ? 'staticMethod' : 'method'
        "$kind ${named(method.declaringClass)} $method.name${words(method.parameterTypes)}"
    }

    private static String words(Class[] types) {
        types.collect { Class type -> ' ' + named(type) }.join('')
    }
}
