package pipelines

/** A call that a Job DSL script made, with its arguments and the calls in its block. */
class JobDslNode {
    final String method
    final List arguments
    final List<JobDslNode> children = []

    JobDslNode(String method, List arguments) {
        this.method = method
        this.arguments = arguments
    }

    /** The calls at a path of method names below this one, e.g. `definition.cps.script`. */
    List<JobDslNode> all(String path) {
        path.tokenize('.').inject([this]) { List<JobDslNode> nodes, String name ->
            nodes.collectMany { it.children.findAll { child -> child.method == name } }
        } as List<JobDslNode>
    }

    /** The only argument of the only call at a path; null where there is no such call. */
    Object value(String path) {
        List<JobDslNode> found = all(path)
        if (found.size() > 1) throw new IllegalStateException("${path} was called ${found.size()} times")
        found ? found[0].arguments[0] : null
    }

    boolean has(String path) {
        !all(path).isEmpty()
    }

    String toString() {
        "${method}(${arguments.join(', ')})"
    }
}
