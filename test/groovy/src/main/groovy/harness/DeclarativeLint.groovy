package harness

import org.codehaus.groovy.ast.ASTNode
import org.codehaus.groovy.ast.expr.ClosureExpression
import org.codehaus.groovy.ast.expr.ConstantExpression
import org.codehaus.groovy.ast.expr.Expression
import org.codehaus.groovy.ast.expr.GStringExpression
import org.codehaus.groovy.ast.expr.MethodCallExpression
import org.codehaus.groovy.ast.expr.PropertyExpression
import org.codehaus.groovy.ast.expr.VariableExpression
import org.codehaus.groovy.ast.stmt.ExpressionStatement
import org.codehaus.groovy.ast.stmt.Statement

/** Reads a declarative pipeline as the Declarative plugin's parser does, and says what that would refuse, line by line. */
class DeclarativeLint {
    private final List<String> found = []
    private final Set<String> stageNames = [] as Set
    private final StepLint steps = new StepLint(this.&complain)

    /** @throws DeclarativeError that has one line a complaint */
    static void check(String text) {
        List<String> complaints = complaints(text)
        if (complaints) {
            throw new DeclarativeError(complaints.join('\n'))
        }
    }

    /** @return `line N: what`; nothing for a scripted pipeline, or a text that does not parse */
    static List<String> complaints(String text) {
        List<Statement> top
        try {
            top = Jenkinsfile.classes(text)*.module.first().statementBlock.statements
        } catch (org.codehaus.groovy.control.CompilationFailedException ignored) {
            return []
        }
        List<MethodCallExpression> pipelines = top.collect { callOf(it) }.findAll { it?.methodAsString == 'pipeline' && it.implicitThis }
        DeclarativeLint lint = new DeclarativeLint()
        new NestedPipeline(lint).visitBlockStatement(Jenkinsfile.classes(text)*.module.first().statementBlock)
        if (pipelines.size() > 1) {
            lint.complain(pipelines[1], 'Only one pipeline block is allowed')
        }
        pipelines.take(1).each { lint.root(it) }
        lint.found
    }

    void complain(ASTNode where, String what) {
        found << "line $where.lineNumber: $what".toString()
    }

    private void root(MethodCallExpression pipeline) {
        Map<String, MethodCallExpression> sections = sections(pipeline, DeclarativeWords.ROOT, 'Undefined section')
        ['agent', 'stages'].findAll { !sections.containsKey(it) }.each { complain(pipeline, "Missing required section \"$it\"") }
        common(sections, DeclarativeWords.OPTIONS)
        entries(sections.parameters, DeclarativeWords.PARAMETERS, 'Invalid parameter type')
        entries(sections.triggers, DeclarativeWords.TRIGGERS, 'Invalid trigger type').each { CronLint.check(it) { ASTNode at, String what -> complain(at, what) } }
        stages(sections.stages, null)
    }

    private void common(Map<String, MethodCallExpression> sections, List<String> options) {
        agent(sections.agent)
        entries(sections.options, options, 'Invalid option type')
        environment(sections.environment)
        lines(sections.tools).each { complain(it, "Tool type \"$it.methodAsString\" does not have an install of \"${arguments(it)[0].text}\" configured") }
        lines(sections.post).each { MethodCallExpression condition ->
            if (!(condition.methodAsString in DeclarativeWords.CONDITIONS)) {
                complain(condition, "Invalid condition \"$condition.methodAsString\" - valid conditions are $DeclarativeWords.CONDITIONS")
            } else {
                steps.block(condition, body(condition), "the post condition $condition.methodAsString")
            }
        }
        if (sections.post && lines(sections.post).empty) {
            complain(sections.post, 'Nothing to execute within the post section')
        }
    }

    private void stages(MethodCallExpression section, String parallelIn) {
        if (section == null) {
            return
        }
        List<MethodCallExpression> all = lines(section)
        if (all.empty) {
            complain(section, 'No stages specified')
        }
        all.each { MethodCallExpression one ->
            if (one.methodAsString != 'stage') {
                complain(one, "Expected a stage, not \"$one.methodAsString\"")
            } else {
                stage(one, parallelIn)
            }
        }
    }

    private void stage(MethodCallExpression stage, String parallelIn) {
        Expression title = arguments(stage)[0]
        String name = title instanceof ConstantExpression ? title.value : null
        if (name == null) {
            complain(stage, 'Expected a string literal as the name of the stage')
        } else if (!stageNames.add(name)) {
            complain(stage, "Duplicate stage name: \"$name\"")
        }
        Map<String, MethodCallExpression> sections = sections(stage, DeclarativeWords.STAGE, "Unknown stage section in stage \"$name\":")
        List<String> work = ['steps', 'stages', 'parallel', 'matrix'].findAll { sections.containsKey(it) }
        if (work.size() != 1) {
            complain(stage, (work ? 'Only one of' : 'Expected one of') + " \"steps\", \"stages\", \"parallel\" or \"matrix\" for stage \"$name\"")
        }
        common(sections, DeclarativeWords.STAGE_OPTIONS)
        when(sections.when)
        input(sections.input)
        if (sections.steps) {
            steps.block(sections.steps, body(sections.steps), "stage \"$name\"")
        }
        if (sections.matrix) {
            complain(sections.matrix, 'matrix is not simulated')
        }
        if (sections.parallel) {
            ['agent', 'tools'].findAll { sections.containsKey(it) }.each { complain(sections[it], "\"$it\" is not allowed in stage \"$name\" as it contains parallel stages") }
            if (parallelIn) {
                complain(sections.parallel, "Parallel stages are not allowed inside parallel stages (\"$parallelIn\")")
            }
        }
        stages(sections.parallel, name ?: '?')
        stages(sections.stages, parallelIn)
    }

    private void agent(MethodCallExpression agent) {
        if (agent == null) {
            return
        }
        Expression given = arguments(agent)[0]
        if (given instanceof VariableExpression && given.name in ['any', 'none']) {
            return
        }
        List<MethodCallExpression> kinds = given instanceof ClosureExpression ? lines(agent) : []
        if (kinds.size() != 1) {
            complain(agent, 'Only "agent none", "agent any" or "agent {...}" are allowed.')
            return
        }
        if (!(kinds[0].methodAsString in DeclarativeWords.AGENTS)) {
            complain(agent, "Invalid agent type \"${kinds[0].methodAsString}\" specified. Must be one of $DeclarativeWords.AGENTS")
            return
        }
        List<MethodCallExpression> settings = body(kinds[0]) == null ? kinds : lines(kinds[0])
        settings.findAll { it.methodAsString in ['image', 'docker'] && !text(arguments(it)[0]) }.each {
            complain(it, "Expected a string literal for the agent's $it.methodAsString")
        }
    }

    private void environment(MethodCallExpression environment) {
        if (environment == null) {
            return
        }
        statements(environment).each { Statement statement ->
            Expression line = statement instanceof ExpressionStatement ? statement.expression : null
            if (!(line instanceof org.codehaus.groovy.ast.expr.BinaryExpression) || line.operation.text != '=' || !(line.leftExpression instanceof VariableExpression)) {
                complain(statement, 'Expected NAME = value in environment')
            } else if (!(line.rightExpression instanceof ConstantExpression || line.rightExpression instanceof GStringExpression || line.rightExpression instanceof MethodCallExpression || line.rightExpression instanceof org.codehaus.groovy.ast.expr.BinaryExpression)) {
                complain(line, 'Environment variable values must either be single quoted, double quoted, or function calls')
            }
        }
    }

    private void when(MethodCallExpression section) {
        if (section == null) {
            return
        }
        List<MethodCallExpression> all = entries(section, DeclarativeWords.WHEN, 'Unknown conditional')
        if (all.every { it.methodAsString.startsWith('before') }) {
            complain(section, "Empty $section.methodAsString closure, remove the property or add some content")
        }
        if (section.methodAsString == 'not' && all.size() != 1) {
            complain(section, 'not takes exactly one condition')
        }
        all.findAll { it.methodAsString in ['allOf', 'anyOf', 'not'] }.each { when(it) }
    }

    private void input(MethodCallExpression section) {
        if (section == null) {
            return
        }
        List<MethodCallExpression> all = entries(section, DeclarativeWords.INPUT, 'Invalid option for input')
        if (!all.any { it.methodAsString == 'message' }) {
            complain(section, 'Missing required parameter: "message" of input')
        }
    }

    /** The entries of a section, with a complaint for each that is not among the known names. */
    private List<MethodCallExpression> entries(MethodCallExpression section, List<String> known, String complaint) {
        List<MethodCallExpression> all = lines(section)
        all.findAll { !(it.methodAsString in known) }.each { complain(it, "$complaint \"$it.methodAsString\". Valid: $known") }
        all
    }

    private Map<String, MethodCallExpression> sections(MethodCallExpression of, List<String> known, String complaint) {
        Map<String, MethodCallExpression> found = [:]
        entries(of, known, complaint).each { MethodCallExpression one ->
            if (found.put(one.methodAsString, one) != null) {
                complain(one, "Multiple occurrences of the $one.methodAsString section")
            }
        }
        found
    }

    /** The calls in a section's closure; anything else in it is a complaint. */
    private List<MethodCallExpression> lines(MethodCallExpression section) {
        if (section == null) {
            return []
        }
        if (body(section) == null) {
            complain(section, "Expected a block for $section.methodAsString")
            return []
        }
        statements(section).collect { Statement statement ->
            MethodCallExpression one = callOf(statement)
            if (one == null || !one.implicitThis) {
                complain(statement, "Not a valid section definition in $section.methodAsString")
                return null
            }
            one
        }.findAll { it != null }
    }

    private static List<Statement> statements(MethodCallExpression section) {
        (body(section)?.code as org.codehaus.groovy.ast.stmt.BlockStatement)?.statements ?: []
    }

    static ClosureExpression body(MethodCallExpression call) {
        Expression last = arguments(call) ? arguments(call).last() : null
        last instanceof ClosureExpression ? last : null
    }

    static List<Expression> arguments(MethodCallExpression call) {
        call.arguments.respondsTo('getExpressions') ? call.arguments.expressions : [call.arguments]
    }

    static MethodCallExpression callOf(Statement statement) {
        Expression expression = statement instanceof ExpressionStatement ? statement.expression : null
        expression instanceof MethodCallExpression ? expression : null
    }

    private static boolean text(Expression value) {
        value instanceof ConstantExpression || value instanceof GStringExpression || value instanceof PropertyExpression
    }
}

/** What the declarative parser would say: the build fails before its first step. */
class DeclarativeError extends RuntimeException {
    DeclarativeError(String message) {
        super(message)
    }
}
