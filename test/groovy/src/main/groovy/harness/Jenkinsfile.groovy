package harness

import org.codehaus.groovy.ast.ASTNode
import org.codehaus.groovy.ast.AnnotatedNode
import org.codehaus.groovy.ast.AnnotationNode
import org.codehaus.groovy.ast.ClassCodeVisitorSupport
import org.codehaus.groovy.ast.ClassNode
import org.codehaus.groovy.ast.expr.ConstantExpression
import org.codehaus.groovy.ast.expr.Expression
import org.codehaus.groovy.ast.expr.DeclarationExpression
import org.codehaus.groovy.ast.expr.ListExpression
import org.codehaus.groovy.control.CompilationUnit
import org.codehaus.groovy.control.CompilerConfiguration
import org.codehaus.groovy.control.Phases
import org.codehaus.groovy.control.SourceUnit

/** A Jenkinsfile: the libraries it names, and its byte code, compiled once for a text and a library. */
class Jenkinsfile {
    private static final Map<List, Map<String, byte[]>> cache = [:]

    final String text
    /** Library name → version, null where none is given. */
    final Map<String, String> libraries = [:]

    Jenkinsfile(String text) {
        this.text = text
        classes(text).each { ClassNode node -> new Finder().visitClass(node) }
    }

    /** The classes of a source as they stand after parsing, nothing resolved or transformed. */
    static List<ClassNode> classes(String text, String name = 'Jenkinsfile') {
        CompilerConfiguration configuration = new CompilerConfiguration()
        // Looking at a @Grab must not fetch what it asks for.
        configuration.disabledGlobalASTTransformations = ['groovy.grape.GrabAnnotationTransformation'] as Set
        CompilationUnit unit = new CompilationUnit(configuration)
        unit.addSource(name, text)
        unit.compile(Phases.CONVERSION)
        unit.AST.classes
    }

    /**
     * Compiles it.
     * @param known byte code that it may use: the harness's own and, where it names the library, the library's
     * @param sandboxed true to have its calls asked about
     * @return the byte code of its classes
     */
    Map<String, byte[]> compile(Map<String, byte[]> known, boolean sandboxed) {
        synchronized (cache) {
            List key = [text, System.identityHashCode(known), sandboxed]
            if (!cache.containsKey(key)) {
                Compiled loader = new Compiled(known, sandboxed)
                loader.parseClass(new GroovyCodeSource(text, 'WorkflowScript', '/groovy/shell'), false)
                cache[key] = loader.bytes
            }
            cache[key]
        }
    }

    private class Finder extends ClassCodeVisitorSupport {
        @Override
        void visitAnnotations(AnnotatedNode node) {
            node.annotations.each { AnnotationNode annotation ->
                if (annotation.classNode.nameWithoutPackage == 'Library') {
                    Expression value = annotation.getMember('value')
                    List<Expression> values = value instanceof ListExpression ? value.expressions : [value]
                    values.each { Expression one ->
                        if (!(one instanceof ConstantExpression)) {
                            throw new IllegalArgumentException('@Library takes literal names only')
                        }
                        String[] parts = one.value.toString().split('@', 2)
                        libraries[parts[0]] = parts.length > 1 ? parts[1] : null
                    }
                }
            }
            super.visitAnnotations(node)
        }

        @Override
        void visitDeclarationExpression(DeclarationExpression expression) {
            visitAnnotations(expression)
            super.visitDeclarationExpression(expression)
        }

        @Override
        protected SourceUnit getSourceUnit() {
            null
        }
    }
}
