package pipelines

import org.codehaus.groovy.ast.ClassCodeVisitorSupport
import org.codehaus.groovy.ast.ClassNode
import org.codehaus.groovy.ast.ASTNode
import org.codehaus.groovy.ast.expr.ArrayExpression
import org.codehaus.groovy.ast.expr.BinaryExpression
import org.codehaus.groovy.ast.expr.ClassExpression
import org.codehaus.groovy.ast.expr.ClosureExpression
import org.codehaus.groovy.ast.expr.ConstructorCallExpression
import org.codehaus.groovy.ast.expr.Expression
import org.codehaus.groovy.ast.expr.MethodCallExpression
import org.codehaus.groovy.ast.expr.MethodPointerExpression
import org.codehaus.groovy.ast.expr.PropertyExpression
import org.codehaus.groovy.ast.expr.StaticMethodCallExpression
import org.codehaus.groovy.ast.expr.TupleExpression
import org.codehaus.groovy.classgen.GeneratorContext
import org.codehaus.groovy.control.CompilePhase
import org.codehaus.groovy.control.SourceUnit
import org.codehaus.groovy.control.customizers.CompilationCustomizer
import org.codehaus.groovy.syntax.Types

/**
 * Refuses what the script sandbox would: objects made, classes called, and methods of data beyond an allow-list of harmless
 * ones of text and collections. Stricter than the sandbox, never laxer, since nothing else is needed here.
 */
class SandboxCheck extends CompilationCustomizer {
    static final Set<String> HARMLESS = '''
        any collect collectEntries contains containsAll containsKey count drop each eachWithIndex endsWith every find findAll
        findResult indexOf isEmpty join keySet last lastIndexOf length min replace size startsWith substring toString tokenize
        unique
    '''.tokenize() as Set
    /** Harmless with a closure only: the sandbox refuses `list.min()` and `list.findAll()`. */
    static final Set<String> WITH_CLOSURE = 'any collectEntries each eachWithIndex every find findAll findResult min'.tokenize() as Set

    /** What was found, by line: the compiler would hide a failure thrown from within it. */
    final List<String> problems = []

    SandboxCheck() {
        super(CompilePhase.INSTRUCTION_SELECTION)
    }

    @Override
    void call(SourceUnit source, GeneratorContext context, ClassNode node) {
        Visitor visitor = new Visitor(source, problems)
        node.methods.findAll { it.lineNumber > 0 || it.name == 'run' }.each { visitor.visitMethod(it) }
    }

    private static class Visitor extends ClassCodeVisitorSupport {
        final SourceUnit source
        final List<String> problems

        Visitor(SourceUnit source, List<String> problems) {
            this.source = source
            this.problems = problems
        }

        @Override
        protected SourceUnit getSourceUnit() {
            source
        }

        @Override
        void visitConstructorCallExpression(ConstructorCallExpression call) {
            refuse(call, "new ${call.type.nameWithoutPackage}")
        }

        @Override
        void visitArrayExpression(ArrayExpression array) {
            refuse(array, 'new array')
        }

        @Override
        void visitStaticMethodCallExpression(StaticMethodCallExpression call) {
            refuse(call, "${call.ownerType.nameWithoutPackage}.${call.method}")
        }

        @Override
        void visitMethodPointerExpression(MethodPointerExpression pointer) {
            refuse(pointer, '.&')
        }

        @Override
        void visitClassExpression(ClassExpression type) {
            refuse(type, type.type.nameWithoutPackage)
        }

        @Override
        void visitPropertyExpression(PropertyExpression property) {
            if (property.propertyAsString in ['class', 'metaClass', 'binding', 'classLoader']) refuse(property, property.propertyAsString)
            super.visitPropertyExpression(property)
        }

        @Override
        void visitBinaryExpression(BinaryExpression binary) {
            if (binary.operation.type == Types.KEYWORD_INSTANCEOF) binary.leftExpression.visit(this)
            else super.visitBinaryExpression(binary)
        }

        @Override
        void visitMethodCallExpression(MethodCallExpression call) {
            if (!call.implicitThis && !(call.methodAsString in HARMLESS)) refuse(call, ".${call.methodAsString}")
            if (!call.implicitThis && call.methodAsString in WITH_CLOSURE && !givesClosure(call)) refuse(call, ".${call.methodAsString}()")
            if (call.implicitThis && call.methodAsString in ['evaluate', 'getBinding', 'getMetaClass', 'getClass', 'run']) {
                refuse(call, call.methodAsString)
            }
            super.visitMethodCallExpression(call)
        }

        private static boolean givesClosure(MethodCallExpression call) {
            Expression given = call.arguments
            given instanceof TupleExpression && given.expressions.any { it instanceof ClosureExpression }
        }

        private void refuse(ASTNode node, String what) {
            problems << "line ${node.lineNumber}: the sandbox does not allow `${what}`".toString()
        }
    }
}
