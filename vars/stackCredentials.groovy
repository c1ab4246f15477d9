import automationstack.Outcome
import automationstack.Runner
import groovy.transform.Field

/** What was asked before in this build, by directory and configuration. */
@Field Map known = [:]

/**
 * The credentials that commands of an environment need, as the runner says: asked once by each kind of step for each configuration.
 *
 * @param given a step's arguments: `env`, `directory` and `config` decide
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
    return given.env ? (credentials.environments[given.env] ?: []) : credentials.none
}
