package harness

import hudson.AbortException
import hudson.model.Result
import org.jenkinsci.plugins.workflow.cps.steps.ParallelStep.FailFastCause
import org.jenkinsci.plugins.workflow.steps.FlowInterruptedException

/** What the interpreter of declarative pipelines asks of the host, without a step of its own. */
class DeclarativeHost {
    /** Notes options, triggers and parameters, and lets the parameters have their default values. */
    static void configure(List<Entry> options, List<Entry> triggers, List<Entry> parameters) {
        Execution execution = Execution.current()
        (options + triggers + parameters).each { Entry entry ->
            execution.build.jobProperties << [$symbol: entry.name, value: StepLibrary.plain(entry.value instanceof Entry ? [$symbol: entry.value.name, value: entry.value.value] : entry.value)]
        }
        Map<String, Object> values = [:]
        parameters.each { Entry entry ->
            Map args = entry.value instanceof Map ? entry.value as Map : [name: entry.value]
            Object fallback = entry.name == 'choice' ? (args.choices instanceof List ? args.choices : args.choices.toString().readLines())[0] : args.defaultValue
            values[args.name as String] = fallback == null && entry.name == 'string' ? '' : fallback
        }
        execution.parameters(values)
    }

    static boolean hasScm() {
        Execution.current().build.options.scm != null
    }

    static void skip(String name, String why) {
        Execution execution = Execution.current()
        execution.say("Stage \"$name\" skipped due to $why")
        List stages = execution.currentFrame().all('stage')
        execution.build.stages[stages.last() as int].status = 'SKIPPED'
    }

    static void say(String text) {
        Execution.current().say(text)
    }

    /** Notes that an exception has failed the build and the stages around, as `post` is to see it. */
    static void failed(Throwable problem, boolean tell) {
        Execution execution = Execution.current()
        Result result = problem instanceof FlowInterruptedException ? problem.result : Result.FAILURE
        // A branch that was stopped because of another is not why the build fails: that other is.
        boolean stopped = problem instanceof FlowInterruptedException && problem.causes.any { it instanceof FailFastCause }
        if (!stopped) {
            execution.build.worsen(result)
        }
        List stages = execution.currentFrame().all('stage')
        (stopped ? stages.takeRight(1) : stages).each { execution.build.stages[it as int].worsen(result) }
        if (!tell) {
            return
        }
        execution.say(problem instanceof AbortException ? "ERROR: $problem.message" : problem.toString())
    }

    /** The result so far of the stage that runs; of the build outside of any. */
    static String resultOfStage(Throwable problem) {
        Execution execution = Execution.current()
        if (problem != null) {
            return problem instanceof FlowInterruptedException ? problem.result.toString() : 'FAILURE'
        }
        List stages = execution.currentFrame().all('stage')
        String status = stages ? execution.build.stages[stages.last() as int].status : execution.build.result
        status in ['RUNNING', 'SKIPPED'] ? 'SUCCESS' : status
    }

    static String resultOfBuild() {
        Execution.current().build.result
    }

    static String previousResult() {
        Execution.current().build.options.previousBuild?.result
    }

    /** `when` conditions that need no step; null for one that is not known here. */
    static Boolean holds(String name, Object value) {
        Execution execution = Execution.current()
        Map<String, String> environment = execution.environment.current()
        Map options = execution.build.options
        switch (name) {
            case 'branch':
                String pattern = value instanceof Map ? value.pattern : value
                return options.branch != null && options.change == null && glob(pattern, options.branch as String)
            case 'changeRequest':
                return options.change != null && (!(value instanceof Map) || value.every { key, wanted -> glob(wanted as String, options.change[key] as String) })
            case 'buildingTag':
                return options.tag != null
            case 'tag':
                return options.tag != null && glob((value instanceof Map ? value.pattern ?: '*' : value) as String, options.tag as String)
            case 'environment':
                return environment[value.name as String] == value.value
            case 'equals':
                return value.expected == value.actual
            case 'triggeredBy':
                return BuildHandle.INSTANCE.getBuildCauses().any { it._class.contains((value instanceof Map ? value.cause : value) as String) }
            default:
                return null
        }
    }

    private static boolean glob(String pattern, String text) {
        text != null && text ==~ pattern.split('(?<=[*?])|(?=[*?])').collect { it == '*' ? '.*' : it == '?' ? '.' : java.util.regex.Pattern.quote(it) }.join('')
    }

    /** The bindings of `NAME = credentials('id')`, by the kind that the store has. */
    static List<Describable> bindings(String variable, String id) {
        Object found = Execution.current().jenkins.credentials[id]
        if (found instanceof Map && found.containsKey('password')) {
            return [new Describable('usernamePassword', [credentialsId: id, usernameVariable: variable + '_USR', passwordVariable: variable + '_PSW'] as Map<String, Object>)]
        }
        if (found instanceof Map && found.containsKey('key')) {
            return [new Describable('sshUserPrivateKey', [credentialsId: id, keyFileVariable: variable, usernameVariable: variable + '_USR'] as Map<String, Object>)]
        }
        [new Describable(found instanceof Map && found.containsKey('file') ? 'file' : 'string', [credentialsId: id, variable: variable] as Map<String, Object>)]
    }
}
