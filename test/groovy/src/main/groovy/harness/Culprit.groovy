package harness

import java.lang.reflect.Field
import java.lang.reflect.Modifier

/**
 * Finds the way from the program to an object of a class that cannot be saved, so that the message names the local
 * variable or the field. Walks the object graph; only ever runs once a build has failed.
 */
class Culprit {
    private final String className
    private final Map<Object, Boolean> seen = new IdentityHashMap<>()

    Culprit(String className) {
        this.className = className
    }

    /** For example `local variable matcher`; null where no way is found. */
    String find(Object root) {
        // Breadth first: the shortest way is the one that a person understands.
        Deque<List> queue = new ArrayDeque<>([[root, []]])
        while (!queue.isEmpty()) {
            def (Object object, List<String> way) = queue.poll()
            if (object.getClass().name == className) {
                return way ? way.takeRight(3).join(' in ') : null
            }
            children(object).each { List child ->
                if (child[1] != null && seen.put(child[1], true) == null) {
                    queue.add([child[1], child[0] ? [child[0]] + way : way])
                }
            }
        }
        null
    }

    private static List<List> children(Object object) {
        Class type = object.getClass()
        if (object instanceof Map) {
            return object.collect { key, value -> [key instanceof String ? "variable $key".toString() : null, value] }
        }
        if (object instanceof Collection) {
            return object.collect { [null, it] }
        }
        if (type.array) {
            return type.componentType.primitive ? [] : (object as List).collect { [null, it] }
        }
        if (object instanceof Script) {
            return children(object.binding.variables) + fields(object, type)
        }
        fields(object, type)
    }

    private static List<List> fields(Object object, Class type) {
        List<List> found = []
        for (Class level = type; level != null && level != Object; level = level.superclass) {
            for (Field field : level.declaredFields) {
                if (Modifier.isStatic(field.modifiers) || Modifier.isTransient(field.modifiers) || field.type.primitive) {
                    continue
                }
                try {
                    field.accessible = true
                    boolean own = !level.name.startsWith('com.cloudbees') && !level.name.startsWith('harness') && !level.name.startsWith('groovy.')
                    found << [own ? "field $level.simpleName.$field.name".toString() : null, field.get(object)]
                } catch (RuntimeException ignored) {
                    // Java's own classes are closed to reflection; the collections among them are walked above.
                }
            }
        }
        found
    }
}
