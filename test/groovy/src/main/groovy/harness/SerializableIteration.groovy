package harness

import com.cloudbees.groovy.cps.impl.Caller
import groovy.transform.CompileStatic

/**
 * A category that lets a program be saved in the middle of a loop: Java's own iterators cannot be. Jenkins has one too,
 * with the same gaps: lists, sets, arrays and deques by iterator(), maps by entrySet(), keySet() and values(), but not
 * `for (entry in map)`.
 */
@CompileStatic
class SerializableIteration {
    static Iterator iterator(List self) {
        new Cursor(self)
    }

    static Iterator iterator(Set self) {
        new Cursor(new ArrayList(self))
    }

    static Iterator iterator(Object[] self) {
        new Cursor(new ArrayList(Arrays.asList(self)))
    }

    static Iterator iterator(Deque self) {
        new Cursor(new ArrayList(self))
    }

    static Set entrySet(Map self) {
        if (!fromProgram(self, 'entrySet')) {
            return self.entrySet()
        }
        Set copy = new LinkedHashSet()
        for (Object entry : self.entrySet()) {
            copy.add(new AbstractMap.SimpleImmutableEntry((Map.Entry) entry))
        }
        copy
    }

    static Set keySet(Map self) {
        if (!fromProgram(self, 'keySet')) {
            return self.keySet()
        }
        Set copy = new LinkedHashSet()
        copy.addAll(self.keySet())
        copy
    }

    static Collection values(Map self) {
        if (!fromProgram(self, 'values')) {
            return self.values()
        }
        List copy = new ArrayList()
        for (Object value : self.values()) {
            copy.add(value)
        }
        copy
    }

    /** Host code that runs under the category, and @NonCPS methods, get what Java gives. */
    private static boolean fromProgram(Object self, String method) {
        Caller.isAsynchronous(self, method) || Caller.isAsynchronous(SerializableIteration, method, self)
    }

    /** A place in a list, by number. */
    static class Cursor implements Iterator, Serializable {
        private static final long serialVersionUID = 1L
        private final List list
        private int next = 0

        Cursor(List list) {
            this.list = list
        }

        @Override
        boolean hasNext() {
            next < list.size()
        }

        @Override
        Object next() {
            if (!hasNext()) {
                throw new NoSuchElementException()
            }
            list.get(next++)
        }

        @Override
        void remove() {
            list.remove(--next)
        }
    }
}
