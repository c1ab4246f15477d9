package harness.prelude

import harness.DeclarativeHost
import harness.Dsl
import harness.Recorder

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
    private boolean defaultCheckout = true

    def call(Closure body) {
        script = body.thisObject
        Map root = sections(body)
        List options = entries(root.options)
        for (option in options) {
            if (option.name == 'skipDefaultCheckout') { defaultCheckout = option.args.isEmpty() ? false : !option.value }
            if (option.name == 'skipStagesAfterUnstable') { skipAfterUnstable = true }
            if (option.name == 'parallelsAlwaysFailFast') { failFastAlways = true }
        }
        DeclarativeHost.configure(options, entries(root.triggers), entries(root.parameters))
        inOptions(options, 0) {
            onAgent(root.agent) {
                inEnvironment(root.environment) {
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
        for (entry in entries(body)) { found[entry.name] = entry }
        found
    }

    /** What a section's closure has line by line; of an entry, its body. */
    private List entries(section) {
        if (section == null) { return [] }
        Closure body = section instanceof Closure ? section : section.body
        Recorder recorder = new Recorder(script, false)
        reading(body, recorder)
        recorder.entries()
    }

    private void reading(Closure body, delegate) {
        body.delegate = delegate
        body.resolveStrategy = Closure.DELEGATE_FIRST
        body()
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
        for (entry in entries(stages)) {
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
                    inOptions(entries(stage.options), 0) { inStage(name, stage) }
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
        for (entry in entries(stage.when)) {
            if (entry.name.startsWith('before')) { when.before[entry.name] = entry.args.isEmpty() || entry.value } else { when.conditions << entry }
        }
        if (when.before.beforeInput && !holdsAll(name, when)) { return }
        Map answer = ask(stage.input)
        if (when.before.beforeAgent && !when.before.beforeInput && !holdsAll(name, when)) { return }
        boolean asked = when.before.beforeInput || when.before.beforeAgent
        onAgent(stage.agent) {
            inEnvironment(stage.environment) {
                withAnswer(answer) {
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
                for (entry in entries(stage.parallel)) {
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
        if (condition.name == 'not') { return !holds(entries(condition)[0]) }
        if (condition.name == 'allOf') {
            for (one in entries(condition)) { if (!holds(one)) { return false } }
            return true
        }
        if (condition.name == 'anyOf') {
            for (one in entries(condition)) { if (holds(one)) { return true } }
            return false
        }
        Boolean known = DeclarativeHost.holds(condition.name, condition.value)
        if (known == null) { throw new IllegalStateException("The condition ${condition.name} is not simulated") }
        known
    }

    private Map ask(input) {
        if (input == null) { return [:] }
        Map question = [:]
        if (input.body == null) {
            question = input.value instanceof Map ? input.value : [message: input.value]
        } else {
            for (entry in entries(input)) {
                if (entry.name == 'parameters') {
                    List parameters = []
                    for (one in entries(entry)) { parameters << Dsl.INSTANCE.invokeMethod(one.name, [one.value] as Object[]) }
                    question.parameters = parameters
                } else {
                    question[entry.name] = entry.value
                }
            }
        }
        def answer = Dsl.INSTANCE.input(question)
        if (answer instanceof Map) { return answer }
        String only = question.parameters ? question.parameters[0].args.name : question.submitterParameter
        only ? [(only): answer] : [:]
    }

    private void withAnswer(Map answer, Closure body) {
        if (answer.isEmpty()) { body(); return }
        List variables = []
        answer.each { name, value -> variables << "$name=$value".toString() }
        Dsl.INSTANCE.withEnv(variables) { body() }
    }

    /** Wraps a body in those options that are steps. */
    private void inOptions(List options, int at, Closure body) {
        if (at == options.size()) { body(); return }
        def option = options[at]
        switch (option.name) {
            case 'timeout': Dsl.INSTANCE.timeout(option.value) { inOptions(options, at + 1, body) }; break
            case 'retry': Dsl.INSTANCE.retry(option.value) { inOptions(options, at + 1, body) }; break
            case 'timestamps': Dsl.INSTANCE.timestamps { inOptions(options, at + 1, body) }; break
            case 'ansiColor': Dsl.INSTANCE.ansiColor(option.value) { inOptions(options, at + 1, body) }; break
            case 'lock': Dsl.INSTANCE.lock(option.value) { inOptions(options, at + 1, body) }; break
            default: inOptions(options, at + 1, body)
        }
    }

    private void onAgent(agent, Closure body) {
        if (agent == null || agent.value == 'none') { body(); return }
        if (agent.value == 'any') { onNode('', body); return }
        def kind = entries(agent)[0]
        Map given = [:]
        if (kind.body != null) {
            for (entry in entries(kind)) { given[entry.name] = entry.value }
        }
        if (kind.name == 'label' || kind.name == 'node') {
            onNode(kind.body == null ? kind.value : given.label ?: '') {
                if (given.customWorkspace) { Dsl.INSTANCE.ws(given.customWorkspace) { body() } } else { body() }
            }
        } else if (kind.name == 'docker') {
            if (kind.body == null) { given = [image: kind.value] }
            onNode(given.label ?: '') {
                Dsl.INSTANCE.withDockerContainer(image: given.image, args: given.args ?: '') { body() }
            }
        } else if (kind.name == 'kubernetes') {
            String container = given.remove('defaultContainer')
            given.remove('label')
            Dsl.INSTANCE.podTemplate(given) {
                onNode(script.POD_LABEL) {
                    if (container) { Dsl.INSTANCE.container(container) { body() } } else { body() }
                }
            }
        } else {
            throw new IllegalStateException("The agent ${kind.name} is not simulated")
        }
    }

    private void onNode(String label, Closure body) {
        Dsl.INSTANCE.node(label) {
            if (defaultCheckout && DeclarativeHost.hasScm()) {
                Dsl.INSTANCE.checkout(harness.ScmHandle.INSTANCE)
            }
            body()
        }
    }

    private void inEnvironment(environment, Closure body) {
        if (environment == null) { body(); return }
        Recorder recorder = new Recorder(script, true)
        reading(environment.body, recorder)
        List variables = []
        List bindings = []
        recorder.values().each { name, value ->
            if (value instanceof harness.Entry) {
                bindings.addAll(DeclarativeHost.bindings(name, value.value))
            } else {
                // What Groovy has made of the text is final: Jenkins must not expand it once more.
                variables << "$name=${String.valueOf(value).replace('$', '$$')}".toString()
            }
        }
        def inside = { if (bindings.isEmpty()) { body() } else { Dsl.INSTANCE.withCredentials(bindings) { body() } } }
        if (variables.isEmpty()) { inside() } else { Dsl.INSTANCE.withEnv(variables) { inside() } }
    }

    /** Runs the conditions of `post` that apply; returns the first failure in them. */
    private Throwable runPost(post, Throwable own, boolean whole) {
        if (post == null) { return null }
        Throwable first = null
        Map found = [:]
        for (entry in entries(post)) { found[entry.name] = entry }
        for (name in ['always', 'changed', 'fixed', 'regression', 'aborted', 'failure', 'success', 'unstable', 'unsuccessful', 'notBuilt', 'cleanup']) {
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
