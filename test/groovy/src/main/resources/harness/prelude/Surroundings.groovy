package harness.prelude

import harness.DeclarativeHost
import harness.Dsl
import harness.Recorder

/** What surrounds the work of a declarative pipeline or stage: options, input, agent and environment. */
class Surroundings implements Serializable {
    private static final long serialVersionUID = 1L

    private final script
    boolean defaultCheckout = true

    Surroundings(script) {
        this.script = script
    }

    /** What a section's closure has line by line; of an entry, its body. */
    List entries(section) {
        if (section == null) { return [] }
        Closure body = section instanceof Closure ? section : section.body
        Recorder recorder = new Recorder(script, false)
        reading(body, recorder)
        recorder.entries()
    }

    void reading(Closure body, delegate) {
        body.delegate = delegate
        body.resolveStrategy = Closure.DELEGATE_FIRST
        body()
    }

    Map ask(input) {
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

    void withAnswer(Map answer, Closure body) {
        if (answer.isEmpty()) { body(); return }
        List variables = []
        answer.each { name, value -> variables << "$name=$value".toString() }
        Dsl.INSTANCE.withEnv(variables) { body() }
    }

    /** Wraps a body in those options that are steps. */
    void inOptions(List options, int at, Closure body) {
        if (at == options.size()) { body(); return }
        def option = options[at]
        switch (option.name) {
            case 'timeout': Dsl.INSTANCE.timeout(option.value) { inOptions(options, at + 1, body) }; break
            case 'retry': Dsl.INSTANCE.retry(option.value) { inOptions(options, at + 1, body) }; break
            case 'timestamps': Dsl.INSTANCE.timestamps { inOptions(options, at + 1, body) }; break
            case 'ansiColor': Dsl.INSTANCE.ansiColor(option.value) { inOptions(options, at + 1, body) }; break
            case 'catchError': Dsl.INSTANCE.catchError(option.value) { inOptions(options, at + 1, body) }; break
            case 'warnError': Dsl.INSTANCE.warnError(option.value) { inOptions(options, at + 1, body) }; break
            case 'lock': Dsl.INSTANCE.lock(option.value) { inOptions(options, at + 1, body) }; break
            default: inOptions(options, at + 1, body)
        }
    }

    void onAgent(agent, Closure body) {
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

    void onNode(String label, Closure body) {
        Dsl.INSTANCE.node(label) {
            if (defaultCheckout && DeclarativeHost.hasScm()) {
                Dsl.INSTANCE.checkout(harness.ScmHandle.INSTANCE)
            }
            body()
        }
    }

    void inEnvironment(environment, Closure body) {
        if (environment == null) { body(); return }
        Recorder recorder = new Recorder(script, true)
        reading(environment.body, recorder)
        List variables = []
        List bindings = []
        recorder.values().each { name, value ->
            if (value instanceof harness.Entry) {
                bindings.addAll(DeclarativeHost.bindings(name, value.value))
            } else {
                variables << "$name=${String.valueOf(value)}".toString()
            }
        }
        def inside = { if (bindings.isEmpty()) { body() } else { Dsl.INSTANCE.withCredentials(bindings) { body() } } }
        if (variables.isEmpty()) { inside() } else { Dsl.INSTANCE.withEnv(variables) { inside() } }
    }
}
