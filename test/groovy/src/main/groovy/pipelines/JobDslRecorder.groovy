package pipelines

/**
 * Runs a Job DSL script without Jenkins and records what it defines. As strict as Job DSL with its sandbox: a method that
 * a block does not have, an argument of another type, a setting left out or given twice, an item in a folder that is not
 * there, an object made or a class called end the run with a JobDslProblem that says where.
 */
class JobDslRecorder {
    static final String SELF = 'jobDslRecorder'
    private static final String SCRIPT = 'JobDslUnderTest.groovy'

    final JobDslNode root = new JobDslNode('script', [])
    private final File workspace
    private Script script

    /** @param workspace where `readFileFromWorkspace` reads */
    JobDslRecorder(File workspace = new File('.')) {
        this.workspace = workspace
    }

    /**
     * Runs a script.
     * @param sandbox false for scripts that Jenkins runs as an administrator's own, such as those of its configuration
     * @return the items it defined, by name
     * @throws JobDslProblem for the first thing that Job DSL would refuse
     */
    Map<String, JobDslNode> run(String text, Map<String, Object> variables = [:], boolean sandbox = true) {
        Binding binding = new Binding(new LinkedHashMap(variables) + [(SELF): this])
        script = CompiledScript.of(text, SCRIPT, JobDslScript.name, sandbox, binding)
        try {
            script.run()
        } catch (MissingPropertyException missing) {
            throw problem("unknown name `${missing.property}`", missing)
        }
        items()
    }

    Map<String, JobDslNode> items() {
        root.children.findAll { it.method != 'queue' }.collectEntries { [(it.arguments[0].toString()): it] }
    }

    String workspaceFile(String path) {
        File file = new File(workspace, path)
        if (!file.isFile()) throw problem("readFileFromWorkspace: there is no ${path}")
        file.getText('UTF-8')
    }

    /** Takes a call in a block, or refuses it. */
    Object call(String block, JobDslNode parent, String name, List given) {
        Map known = JobDslApi.BLOCKS[block]
        Map method = known.calls[name] as Map
        if (method == null) {
            if (!known.dynamic && script.metaClass.respondsTo(script, name, given as Object[])) {
                return script.invokeMethod(name, given as Object[])
            }
            throw problem("unknown method `${name}` in `${parent.method}`${Nearest.hint(name, known.calls.keySet())}")
        }
        Closure body = given && given.last() instanceof Closure ? given.last() as Closure : null
        List arguments = body == null ? given : given.init()
        checkArguments(name, method, arguments, body)
        if (!method.many && parent.children.any { it.method == name }) throw problem("`${name}` is given twice in `${parent.method}`")
        JobDslNode node = new JobDslNode(name, arguments.collect { it instanceof GString ? it.toString() : it })
        if (block == 'script') checkItem(node)
        parent.children << node
        if (body != null) fill(node, method.block as String, body)
        null
    }

    private void checkArguments(String name, Map method, List arguments, Closure body) {
        List takes = (method.takes ?: []) as List
        List<List> choices = takes && takes[0] instanceof List ? takes : [takes]
        List wanted = choices.find { it.size() == arguments.size() }
        if (wanted == null) {
            throw problem("`${name}` takes ${choices.collect { "(${it.join(', ')})" }.join(' or ')}, not ${arguments.size()} arguments")
        }
        [wanted, arguments].transpose().eachWithIndex { List pair, int index ->
            List type = JobDslApi.TYPES[pair[0] as String]
            if (!(type[1] as Closure).call(pair[1])) {
                throw problem("argument ${index + 1} of `${name}` must be ${type[0]}, not ${pair[1]?.inspect()}")
            }
        }
        if (method.block && body == null) throw problem("`${name}` needs a block")
        if (!method.block && body != null) throw problem("`${name}` takes no block")
    }

    private void checkItem(JobDslNode node) {
        String name = node.arguments[0]
        if (node.method == 'queue') {
            if (!items().containsKey(name)) throw problem("there is no job ${name} to queue")
            return
        }
        if (items().containsKey(name)) throw problem("${name} is defined twice")
        String parent = name.contains('/') ? name.substring(0, name.lastIndexOf('/')) : null
        if (parent != null && items()[parent]?.method != 'folder') throw problem("${name}: there is no folder ${parent}")
    }

    private void fill(JobDslNode node, String block, Closure body) {
        Closure copy = body.rehydrate(new JobDslBlock(this, block, node), body.owner, body.thisObject)
        copy.resolveStrategy = Closure.DELEGATE_FIRST
        copy.call()
        Map known = JobDslApi.BLOCKS[block]
        List<String> missing = ((known.needs ?: []) as List<String>).findAll { !node.has(it) }
        if (missing) throw problem("`${node.method}` needs ${missing.collect { "`${it}`" }.join(', ')}")
        if (known.oneOf && node.children.size() != 1) {
            throw problem("`${node.method}` takes one of ${known.calls.keySet().join(', ')}, not ${node.children.size()} of them")
        }
    }

    private static JobDslProblem problem(String what, Throwable cause = new Throwable()) {
        StackTraceElement line = cause.stackTrace.find { it.fileName == SCRIPT }
        new JobDslProblem(line == null ? what : "line ${line.lineNumber}: ${what}")
    }
}
