package harness

import com.cloudbees.groovy.cps.CpsTransformer
import com.cloudbees.groovy.cps.sandbox.Untrusted
import groovy.transform.CompileStatic
import org.codehaus.groovy.ast.ClassCodeExpressionTransformer
import org.codehaus.groovy.ast.ClassHelper
import org.codehaus.groovy.ast.ClassNode
import org.codehaus.groovy.ast.FieldNode
import org.codehaus.groovy.ast.MethodNode
import org.codehaus.groovy.ast.expr.ArgumentListExpression
import org.codehaus.groovy.ast.expr.ArrayExpression
import org.codehaus.groovy.ast.expr.AttributeExpression
import org.codehaus.groovy.ast.expr.BinaryExpression
import org.codehaus.groovy.ast.expr.ClassExpression
import org.codehaus.groovy.ast.expr.ClosureExpression
import org.codehaus.groovy.ast.expr.ConstantExpression
import org.codehaus.groovy.ast.expr.ConstructorCallExpression
import org.codehaus.groovy.ast.expr.Expression
import org.codehaus.groovy.ast.expr.MethodCallExpression
import org.codehaus.groovy.ast.expr.PropertyExpression
import org.codehaus.groovy.ast.expr.SpreadExpression
import org.codehaus.groovy.ast.expr.StaticMethodCallExpression
import org.codehaus.groovy.ast.expr.TupleExpression
import org.codehaus.groovy.ast.expr.VariableExpression
import org.codehaus.groovy.ast.stmt.Statement
import org.codehaus.groovy.control.SourceUnit
import org.codehaus.groovy.syntax.Types

/** CPS for code of the sandbox: its calls are marked, so that Guard asks; what is left as it is asks by Checked. */
@CompileStatic
class SandboxTransformer extends CpsTransformer {
    private static final ClassNode CHECKED = ClassHelper.make(Checked)
    private static final Map<Integer, String> OPERATORS = [
        (Types.PLUS): 'plus', (Types.MINUS): 'minus', (Types.MULTIPLY): 'multiply', (Types.DIVIDE): 'div', (Types.MOD): 'mod', (Types.POWER): 'power',
        (Types.LEFT_SHIFT): 'leftShift', (Types.RIGHT_SHIFT): 'rightShift', (Types.RIGHT_SHIFT_UNSIGNED): 'rightShiftUnsigned',
        (Types.BITWISE_AND): 'and', (Types.BITWISE_OR): 'or', (Types.BITWISE_XOR): 'xor', (Types.LEFT_SQUARE_BRACKET): 'getAt',
    ]

    @Override
    protected Class getTrustTag() {
        Untrusted
    }

    @Override
    protected void visitNontransformedMethod(MethodNode method) {
        if (!method.synthetic && method.lineNumber > 0) {
            new Asking().visitMethod(method)
        }
    }

    @Override
    protected void visitNontransformedField(FieldNode field) {
        if (field.initialExpression != null && field.initialExpression.lineNumber > 0) {
            field.initialValueExpression = new Asking().transform(field.initialExpression)
        }
    }

    @Override
    protected void visitNontransformedStatement(Statement statement) {
        statement.visit(new Asking())
    }

    private static class Asking extends ClassCodeExpressionTransformer {
        @Override
        protected SourceUnit getSourceUnit() {
            null
        }

        @Override
        Expression transform(Expression expression) {
            if (expression instanceof ClosureExpression) {
                ((ClosureExpression) expression).code.visit(this)
                return expression
            }
            if (expression instanceof BinaryExpression && Types.ofType(((BinaryExpression) expression).operation.type, Types.ASSIGNMENT_OPERATOR)) {
                // What is assigned to must stay what it is.
                BinaryExpression assignment = (BinaryExpression) expression
                assignment.rightExpression = transform(assignment.rightExpression)
                return assignment
            }
            if (expression instanceof BinaryExpression && OPERATORS.containsKey(((BinaryExpression) expression).operation.type)) {
                BinaryExpression binary = (BinaryExpression) expression
                Expression right = new ArrayExpression(ClassHelper.OBJECT_TYPE, [transform(binary.rightExpression)])
                return ask('call', binary, transform(binary.leftExpression), new ConstantExpression(OPERATORS.get(binary.operation.type)), right)
            }
            if (expression instanceof MethodCallExpression) {
                return call((MethodCallExpression) expression)
            }
            if (expression instanceof StaticMethodCallExpression) {
                StaticMethodCallExpression call = (StaticMethodCallExpression) expression
                return ask('call', call, new ClassExpression(call.ownerType), new ConstantExpression(call.method), arguments(call.arguments))
            }
            if (expression instanceof ConstructorCallExpression && !((ConstructorCallExpression) expression).specialCall && !((ConstructorCallExpression) expression).usingAnonymousInnerClass) {
                return ask('construct', expression, new ClassExpression(expression.type), arguments(((ConstructorCallExpression) expression).arguments))
            }
            if (expression instanceof PropertyExpression && !(expression instanceof AttributeExpression) && !((PropertyExpression) expression).spreadSafe) {
                PropertyExpression property = (PropertyExpression) expression
                if (isThis(property.objectExpression)) {
                    return expression
                }
                return ask(property.safe ? 'getSafe' : 'get', property, transform(property.objectExpression), transform(property.property))
            }
            expression == null ? null : expression.transformExpression(this)
        }

        private Expression call(MethodCallExpression call) {
            boolean spread = call.arguments instanceof TupleExpression && ((TupleExpression) call.arguments).expressions.any { Expression one -> one instanceof SpreadExpression }
            if (call.implicitThis || isThis(call.objectExpression) || call.spreadSafe || spread) {
                call.arguments = transform(call.arguments)
                return call
            }
            ask(call.safe ? 'callSafe' : 'call', call, transform(call.objectExpression), transform(call.method), arguments(call.arguments))
        }

        private Expression arguments(Expression given) {
            List<Expression> all = given instanceof TupleExpression ? ((TupleExpression) given).expressions : [given]
            new ArrayExpression(ClassHelper.OBJECT_TYPE, all.collect { Expression one -> transform(one) })
        }

        private static Expression ask(String how, Expression at, Expression... parts) {
            StaticMethodCallExpression asked = new StaticMethodCallExpression(CHECKED, how, new ArgumentListExpression(parts))
            asked.sourcePosition = at
            asked
        }

        private static boolean isThis(Expression expression) {
            expression instanceof VariableExpression && (((VariableExpression) expression).thisExpression || ((VariableExpression) expression).superExpression)
        }
    }
}
