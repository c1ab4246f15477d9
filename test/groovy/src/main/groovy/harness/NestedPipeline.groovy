package harness

import org.codehaus.groovy.ast.CodeVisitorSupport
import org.codehaus.groovy.ast.expr.ClosureExpression
import org.codehaus.groovy.ast.expr.MethodCallExpression

/** Finds a pipeline block that stands within another block. */
class NestedPipeline extends CodeVisitorSupport {
    private final DeclarativeLint lint
    private int depth = 0

    NestedPipeline(DeclarativeLint lint) {
        this.lint = lint
    }

    @Override
    void visitClosureExpression(ClosureExpression closure) {
        depth++
        super.visitClosureExpression(closure)
        depth--
    }

    @Override
    void visitMethodCallExpression(MethodCallExpression call) {
        if (depth > 0 && call.methodAsString == 'pipeline' && call.implicitThis && DeclarativeLint.body(call) != null) {
            lint.complain(call, 'pipeline block must be at the top-level, not within another block.')
        }
        super.visitMethodCallExpression(call)
    }
}
