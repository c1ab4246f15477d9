package pipelines

import org.codehaus.groovy.ast.ClassNode
import org.codehaus.groovy.ast.CodeVisitorSupport
import org.codehaus.groovy.ast.builder.AstBuilder
import org.codehaus.groovy.ast.expr.ArgumentListExpression
import org.codehaus.groovy.ast.expr.MapExpression
import org.codehaus.groovy.ast.expr.MethodCallExpression
import org.codehaus.groovy.ast.expr.TupleExpression
import org.codehaus.groovy.control.CompilePhase

/** The calls of the library's steps in a Jenkinsfile, found in its syntax tree: step → argument names, a call each. */
class StepCalls {
    static List<Map> of(String jenkinsfile) {
        List<Map> calls = []
        CodeVisitorSupport visitor = new CodeVisitorSupport() {
            @Override
            void visitMethodCallExpression(MethodCallExpression call) {
                String name = call.methodAsString
                if (name ==~ /(stack[A-Z]\w*|automationStack)/) {
                    calls << [step: name, line: call.lineNumber] + arguments(call)
                }
                super.visitMethodCallExpression(call)
            }
        }
        new AstBuilder().buildFromString(CompilePhase.CONVERSION, false, jenkinsfile).each { node ->
            if (node instanceof ClassNode) node.methods.findAll { it.name != 'run' && it.code }.each { it.code.visit(visitor) }
            else node.visit(visitor)
        }
        calls
    }

    /** `names`, and whether there is anything else: such a call cannot be held against the command. */
    private static Map arguments(MethodCallExpression call) {
        List given = (call.arguments as TupleExpression).expressions
        Map named = given.size() == 1 && given[0] instanceof MapExpression ? [names: given[0].mapEntryExpressions*.keyExpression*.text] : [:]
        boolean none = call.arguments instanceof ArgumentListExpression && given.isEmpty()
        [names: named.names ?: [], plain: none || !named.isEmpty()]
    }
}
