package harness

import org.codehaus.groovy.ast.expr.ConstantExpression
import org.codehaus.groovy.ast.expr.Expression
import org.codehaus.groovy.ast.expr.MethodCallExpression

/** Times of `cron` and `pollSCM` as Jenkins reads them: five fields, each within its bounds. */
class CronLint {
    private static final List<String> ALIASES = ['@yearly', '@annually', '@monthly', '@weekly', '@daily', '@midnight', '@hourly']
    private static final List<IntRange> BOUNDS = [0..59, 0..23, 1..31, 1..12, 0..7]

    /** @param complain gets a node and the words of a complaint */
    static void check(MethodCallExpression trigger, Closure complain) {
        Expression given = DeclarativeLint.arguments(trigger)[0]
        if (trigger.methodAsString in ['cron', 'pollSCM'] && given instanceof ConstantExpression) {
            given.value.toString().readLines()*.trim().findAll { it && !it.startsWith('#') && !it.startsWith('TZ=') && !isRight(it) }.each {
                complain(trigger, "Invalid input: \"$it\": it is no time of $trigger.methodAsString")
            }
        }
    }

    private static boolean isRight(String line) {
        List<String> fields = line.tokenize()
        line in ALIASES || fields.size() == 5 && [fields, BOUNDS].transpose().every { String field, IntRange bounds ->
            field.split(',').every { part(it, bounds) }
        }
    }

    private static boolean part(String text, IntRange bounds) {
        if (!(text ==~ /(\*|H(\(\d+-\d+\))?|\d+(-\d+)?)(\/\d+)?/)) {
            return false
        }
        text.split('/')[0].findAll(/\d+/).every { it.toInteger() in bounds }
    }
}
