package harness

import groovy.transform.CompileStatic

/**
 * An enclosing block as the steps inside see it: `node`, `stage`, `withEnv` … Part of the saved program, so it holds
 * plain data only. Frames form a chain to the outermost.
 */
@CompileStatic
class Frame implements Serializable {
    private static final long serialVersionUID = 1L

    final Frame parent
    /** As it stands in a step's path, for example `node` or `stage:Deploy`. */
    final String name
    final Map<String, Object> data

    Frame(Frame parent, String name, Map<String, Object> data = [:]) {
        this.parent = parent
        this.name = name
        this.data = data
    }

    /** The frames from the outermost to this one. */
    List<Frame> chain() {
        List<Frame> all = []
        for (Frame frame = this; frame != null; frame = frame.parent) {
            all.add(0, frame)
        }
        all
    }

    /** The nearest value of that key, or null. */
    Object find(String key) {
        for (Frame frame = this; frame != null; frame = frame.parent) {
            if (frame.data.containsKey(key)) {
                return frame.data.get(key)
            }
        }
        null
    }

    /** Every value of that key, from the outermost. */
    List<Object> all(String key) {
        List<Object> found = []
        for (Frame frame : chain()) {
            if (frame.data.containsKey(key)) {
                found.add(frame.data.get(key))
            }
        }
        found
    }

    /** The names of the enclosing blocks; the root has none. */
    List<String> path() {
        List<String> names = []
        for (Frame frame : chain()) {
            if (frame.name) {
                names.add(frame.name)
            }
        }
        names
    }
}
