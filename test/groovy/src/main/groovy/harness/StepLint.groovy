package harness

import org.codehaus.groovy.ast.ASTNode
import org.codehaus.groovy.ast.expr.ClosureExpression
import org.codehaus.groovy.ast.expr.ConstantExpression
import org.codehaus.groovy.ast.expr.Expression
import org.codehaus.groovy.ast.expr.MapExpression
import org.codehaus.groovy.ast.expr.MethodCallExpression
import org.codehaus.groovy.ast.stmt.BlockStatement
import org.codehaus.groovy.ast.stmt.Statement

/** What may stand in `steps { … }`: steps, and no other code outside of `script`. */
class StepLint {
    private static StepLibrary library
    private final Closure complain

    /** @param complain gets a node and the words of a complaint */
    StepLint(Closure complain) {
        this.complain = complain
    }

    /** Checks the lines of a block of steps. */
    void block(ASTNode owner, ClosureExpression body, String place) {
        List<Statement> statements = body == null ? [] : (body.code as BlockStatement).statements
        if (statements.empty) {
            complain(owner, "No steps specified for $place")
        }
        statements.each { line(it) }
    }

    private void line(Statement statement) {
        MethodCallExpression call = DeclarativeLint.callOf(statement)
        if (call == null) {
            complain(statement, "Expected a step: ${kind(statement)} must stand in a script block")
        } else if (!call.implicitThis) {
            complain(statement, 'Method calls on objects not allowed outside "script" blocks')
        } else if (call.methodAsString == 'stage') {
            complain(statement, 'stage must stand in stages, not among steps')
        } else if (call.methodAsString != 'script') {
            arguments(call)
            DeclarativeLint.arguments(call).each { Expression argument -> bodies(call, argument) }
        }
    }

    /** The bodies of block steps, and of the branches of `parallel`, are steps as well. */
    private void bodies(MethodCallExpression call, Expression argument) {
        if (argument instanceof ClosureExpression) {
            block(call, argument, call.methodAsString)
        } else if (argument instanceof MapExpression) {
            argument.mapEntryExpressions*.valueExpression.findAll { it instanceof ClosureExpression }.each { block(call, it as ClosureExpression, call.methodAsString) }
        }
    }

    /** Named arguments of a step that is known here: none unknown, none missing. */
    private void arguments(MethodCallExpression call) {
        Signature signature = known().signature(call.methodAsString)
        List<Expression> given = DeclarativeLint.arguments(call).findAll { !(it instanceof ClosureExpression) }
        if (signature == null || signature.open || given.any { !(it instanceof MapExpression) }) {
            return
        }
        Map<String, Object> named = [:]
        given.each { MapExpression map ->
            map.mapEntryExpressions.each { entry ->
                if (entry.keyExpression instanceof ConstantExpression) {
                    named[entry.keyExpression.value.toString()] = entry.valueExpression
                }
            }
        }
        signature.problems(named.keySet()).each { complain(call, it) }
    }

    private static synchronized StepLibrary known() {
        if (library == null) {
            library = new StepLibrary(new Jenkins(new File('.')))
        }
        library
    }

    private static String kind(Statement statement) {
        String name = statement.class.simpleName.replace('Statement', '').toLowerCase(Locale.ROOT)
        name == 'expression' ? 'any other expression' : "code ($name)"
    }
}
