import automationstack.Outcome
import automationstack.Runner
import groovy.transform.Field

/** Earlier answers in this build, by directory and configuration. */
@Field Map known = [:]

/**
 * The credentials that commands of an environment need, according to the runner. Each kind of step asks once per configuration.
 *
 * @param given a step's arguments: `env` or `all`, `directory` and `config` decide
 * @return maps of `id`, `kind` and `variable`
 */
List call(Map given) {
    Map place = [:]
    for (String name : ['directory', 'config']) {
        if (given[name]) {
            place[name] = given[name]
        }
    }
    String key = "${place}"
    if (!known.containsKey(key)) {
        Map outcome = new Runner(this).call('stages', place)
        if (outcome.exitCode != 0) {
            error(Outcome.message(outcome))
        }
        known[key] = outcome.data.jenkins.credentials
    }
    Map credentials = known[key]
    List names = given.all ? new ArrayList(credentials.environments.keySet()) : given.env ? given.env.tokenize(', ') : []
    if (names.isEmpty()) {
        return credentials.none
    }
    List bindings = []
    Set accounts = []
    for (String name : names) {
        for (Map binding : credentials.environments[name] ?: []) {
            if (binding.kind == 'aws') {
                accounts.add(binding.id)
            }
            if (!bindings.contains(binding)) {
                bindings.add(binding)
            }
        }
    }
    if (accounts.size() > 1) {
        error("${names.join(', ')}: each has its own AWS credentials, so call the step once for each")
    }
    return bindings
}
