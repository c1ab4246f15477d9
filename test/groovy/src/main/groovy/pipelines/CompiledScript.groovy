package pipelines

import org.codehaus.groovy.control.CompilerConfiguration
import org.codehaus.groovy.runtime.InvokerHelper

/** Scripts of the seed job, compiled once in a JVM however often specs run them. */
class CompiledScript {
    private static final Map<String, CompiledScript> cache = [:]

    private final Class<Script> type
    private final List<String> refused

    private CompiledScript(String text, String name, String base, boolean sandbox) {
        CompilerConfiguration configuration = new CompilerConfiguration()
        if (base) configuration.scriptBaseClass = base
        SandboxCheck check = new SandboxCheck()
        if (sandbox) configuration.addCompilationCustomizers(check)
        type = new GroovyClassLoader(CompiledScript.classLoader, configuration).parseClass(text, name)
        refused = check.problems
    }

    /**
     * @param name file name for stack traces
     * @param base class of the script; Groovy's own where null
     * @throws JobDslProblem for what the sandbox would refuse
     */
    static synchronized Script of(String text, String name, String base, boolean sandbox, Binding binding) {
        CompiledScript found = cache.computeIfAbsent([name, base, sandbox, text].join('\0')) { new CompiledScript(text, name, base, sandbox) }
        if (found.refused) throw new JobDslProblem(found.refused.join('\n'))
        InvokerHelper.createScript(found.type, binding)
    }
}
