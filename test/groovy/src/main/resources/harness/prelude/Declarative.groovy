package harness.prelude

import harness.DeclarativeHost
import harness.Dsl

/**
 * `pipeline { … }`, as the Declarative plugin runs it: itself a CPS program, so that a declarative pipeline is saved and
 * read back like any other. The linter has seen the text before; this trusts its shape.
 */
class Declarative implements Serializable {
    private static final long serialVersionUID = 1L

    private script
    /** The failure that was told last: it is told once, though it ends several stages. */
    private Throwable told
    private boolean skipAfterUnstable = false
    private boolean failFastAlways = false
    private Surroundings around

    def call(Closure body) {
        script = body.thisObject
        around = new Surroundings(script)
        Map root = sections(body)
        List options = around.entries(root.options)
        for (option in options) {
            if (option.name == 'skipDefaultCheckout') { around.defaultCheckout = option.args.isEmpty() ? false : !option.value }
            if (option.name == 'skipStagesAfterUnstable') { skipAfterUnstable = true }
            if (option.name == 'parallelsAlwaysFailFast') { failFastAlways = true }
        }
        DeclarativeHost.configure(options, around.entries(root.triggers), around.entries(root.parameters))
        around.inOptions(options, 0) {
            around.onAgent(root.agent) {
                around.inEnvironment(root.environment) {
                    Throwable problem = runStages(root.stages)
                    // What `post` throws counts, but does not hide what went wrong before.
                    Throwable later = runPost(root.post, problem, true)
                    if (problem != null || later != null) { throw problem ?: later }
                }
            }
        }
    }

    /** The sections of a closure by name, each its entry; a stage's and the pipeline's own. */
    private Map sections(Closure body) {
        Map found = [:]
        for (entry in around.entries(body)) { found[entry.name] = entry }
        found
    }

    /** Runs a closure of steps: what it calls goes to the script, not to the section that it stands in. */
    private def steps(Closure body) {
        body.delegate = script
        body.resolveStrategy = Closure.DELEGATE_FIRST
        body()
    }

    /** Runs stages one after another; returns the first failure. */
    private Throwable runStages(stages) {
        Throwable first = null
        for (entry in around.entries(stages)) {
            Throwable own = runStage(entry, first != null)
            first = first ?: own
        }
        first
    }

    private Throwable runStage(entry, boolean skip) {
        String name = entry.value
        Throwable own = null
        Dsl.INSTANCE.stage(name) {
            if (skip) {
                DeclarativeHost.skip(name, 'earlier failure(s)')
            } else if (skipAfterUnstable && DeclarativeHost.resultOfBuild() == 'UNSTABLE') {
                DeclarativeHost.skip(name, 'earlier stage(s) marking the build as unstable')
            } else {
                Map stage = sections(entry.body)
                try {
                    around.inOptions(around.entries(stage.options), 0) { inStage(name, stage) }
                } catch (Throwable thrown) {
                    own = thrown
                    tell(thrown)
                }
            }
        }
        own
    }

    private void tell(Throwable thrown) {
        DeclarativeHost.failed(thrown, !thrown.is(told))
        told = thrown
    }

    private void inStage(String name, Map stage) {
        Map when = [before: [:], conditions: []]
        for (entry in around.entries(stage.when)) {
            if (entry.name.startsWith('before')) { when.before[entry.name] = entry.args.isEmpty() || entry.value } else { when.conditions << entry }
        }
        if (when.before.beforeInput && !holdsAll(name, when)) { return }
        Map answer = around.ask(stage.input)
        if (when.before.beforeAgent && !when.before.beforeInput && !holdsAll(name, when)) { return }
        boolean asked = when.before.beforeInput || when.before.beforeAgent
        around.onAgent(stage.agent) {
            around.inEnvironment(stage.environment) {
                around.withAnswer(answer) {
                    if (asked || holdsAll(name, when)) { work(stage) }
                }
            }
        }
    }

    private void work(Map stage) {
        Throwable own = null
        try {
            if (stage.steps) {
                steps(stage.steps.body)
            } else if (stage.stages) {
                own = runStages(stage.stages)
            } else if (stage.parallel) {
                Map branches = [:]
                for (entry in around.entries(stage.parallel)) {
                    def one = entry
                    branches[one.value] = {
                        Throwable problem = runStage(one, false)
                        if (problem != null) { throw problem }
                    }
                }
                if (failFastAlways || stage.failFast?.value) { branches.failFast = true }
                Dsl.INSTANCE.parallel(branches)
            }
        } catch (Throwable thrown) {
            own = thrown
        }
        Throwable later = runPost(stage.post, own, false)
        if (own != null || later != null) { throw own ?: later }
    }

    private boolean holdsAll(String name, Map when) {
        for (condition in when.conditions) {
            if (!holds(condition)) {
                DeclarativeHost.skip(name, 'when conditional')
                return false
            }
        }
        true
    }

    private boolean holds(condition) {
        if (condition.name == 'expression') { return steps(condition.body) as boolean }
        if (condition.name == 'not') { return !holds(around.entries(condition)[0]) }
        if (condition.name == 'allOf') {
            for (one in around.entries(condition)) { if (!holds(one)) { return false } }
            return true
        }
        if (condition.name == 'anyOf') {
            for (one in around.entries(condition)) { if (holds(one)) { return true } }
            return false
        }
        Boolean known = DeclarativeHost.holds(condition.name, condition.value)
        if (known == null) { throw new IllegalStateException("The condition ${condition.name} is not simulated") }
        known
    }

    /** Runs the conditions of `post` that apply; returns the first failure in them. */
    private Throwable runPost(post, Throwable own, boolean whole) {
        if (post == null) { return null }
        Throwable first = null
        Map found = [:]
        for (entry in around.entries(post)) { found[entry.name] = entry }
        for (name in ['always', 'changed', 'fixed', 'regression', 'aborted', 'success', 'unsuccessful', 'unstable', 'failure', 'notBuilt', 'cleanup']) {
            if (found[name] != null && applies(name, whole ? DeclarativeHost.resultOfBuild() : DeclarativeHost.resultOfStage(own))) {
                try {
                    steps(found[name].body)
                } catch (Throwable thrown) {
                    DeclarativeHost.say("Error when executing $name post condition:")
                    tell(thrown)
                    first = first ?: thrown
                }
            }
        }
        first
    }

    private boolean applies(String condition, String result) {
        String before = DeclarativeHost.previousResult()
        switch (condition) {
            case 'changed': return before != null && before != result || before == null
            case 'fixed': return before in ['FAILURE', 'UNSTABLE'] && result == 'SUCCESS'
            case 'regression': return before == 'SUCCESS' && result in ['FAILURE', 'UNSTABLE', 'ABORTED']
            case 'aborted': return result == 'ABORTED'
            case 'failure': return result == 'FAILURE'
            case 'success': return result == 'SUCCESS'
            case 'unstable': return result == 'UNSTABLE'
            case 'unsuccessful': return result != 'SUCCESS'
            case 'notBuilt': return result == 'NOT_BUILT'
            default: return true
        }
    }
}
