package harness

import com.cloudbees.groovy.cps.CpsTransformer
import com.cloudbees.groovy.cps.NonCPS
import com.cloudbees.groovy.cps.TransformerConfiguration
import groovy.transform.CompileStatic
import org.codehaus.groovy.ast.ClassNode
import org.codehaus.groovy.control.CompilationUnit
import org.codehaus.groovy.control.CompilerConfiguration
import org.codehaus.groovy.control.SourceUnit
import org.codehaus.groovy.control.customizers.ImportCustomizer
import groovyjarjarasm.asm.ClassWriter

/**
 * A class loader that compiles as Jenkins does, by the CPS transformer, and keeps the byte code: a build gets classes
 * of its own from it, as after a restart, without compiling again.
 */
@CompileStatic
class Compiled extends GroovyClassLoader {
    /** Class name → byte code of everything that was compiled here. */
    final Map<String, byte[]> bytes = [:]
    private final Map<String, byte[]> known

    /**
     * @param known byte code of classes that the sources may use, by name
     * @param sandboxed true to have every call of the sources asked about
     */
    Compiled(Map<String, byte[]> known = [:], boolean sandboxed = false) {
        super(Compiled.classLoader, configuration(sandboxed))
        this.known = known
    }

    private static CompilerConfiguration configuration(boolean sandboxed) {
        CompilerConfiguration configuration = new CompilerConfiguration()
        configuration.scriptBaseClass = CpsScript.name
        configuration.targetBytecode = CompilerConfiguration.JDK8
        configuration.sourceEncoding = 'UTF-8'
        ImportCustomizer imports = new ImportCustomizer()
        imports.addImports(NonCPS.name, 'org.jenkinsci.plugins.workflow.libs.Library')
        imports.addStarImports('hudson.model', 'jenkins.model')
        CpsTransformer transformer = sandboxed ? new SandboxTransformer() : new CpsTransformer()
        transformer.configuration = new TransformerConfiguration().withClosureType(BuildClosure)
        configuration.addCompilationCustomizers(imports, transformer)
        configuration
    }

    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
        byte[] code = known.get(name)
        code == null ? super.findClass(name) : defineClass(name, code, 0, code.length)
    }

    @Override
    protected GroovyClassLoader.ClassCollector createCollector(CompilationUnit unit, SourceUnit source) {
        new Keeping(new GroovyClassLoader.InnerLoader(this), unit, source, bytes)
    }

    private static class Keeping extends GroovyClassLoader.ClassCollector {
        private final Map<String, byte[]> bytes

        Keeping(GroovyClassLoader.InnerLoader loader, CompilationUnit unit, SourceUnit source, Map<String, byte[]> bytes) {
            super(loader, unit, source)
            this.bytes = bytes
        }

        @Override
        protected Class createClass(byte[] code, ClassNode node) {
            bytes.put(node.name, code)
            super.createClass(code, node)
        }
    }
}
