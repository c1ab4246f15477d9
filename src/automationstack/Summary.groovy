package automationstack

/** What a build has made and where it was deployed: its description, and the question of an approval. */
class Summary implements Serializable {

    private static final long serialVersionUID = 1L

    /** `release`, `digests`, `environment`, `url`, from the last stage that had them. */
    final Map facts = [:]
    private final Object script
    /** Headlines of plans by environment. */
    private final Map plans = [:]
    /** What plans would lose, by environment: `address`, `holds`, `action`. */
    private final Map losses = [:]

    Summary(Object script) {
        this.script = script
    }

    void begin(Map plan) {
        facts.application = plan.application
        facts.environment = plan.environment
    }

    /** Adds the facts of a stage's outcome. */
    void add(Map stage, Map outcome) {
        for (String name : ['release', 'digests', 'url']) {
            if (outcome[name]) {
                facts[name] = outcome[name]
            }
        }
        if (stage.kind == 'plan' && outcome.stages) {
            plans[stage.environment] = outcome.stages[0].reason
            losses[stage.environment] = outcome.stages[0].plan?.losses ?: []
        }
        if (facts.release) {
            script.currentBuild.displayName = "#${script.currentBuild.number} ${facts.release.version}".toString()
        }
    }

    /** The question that a person approves. */
    String question(String application, String environment) {
        String what = facts.release ? "${application} ${facts.release.version}" : application
        String changes = plans[environment] ? "\nTerraform: ${plans[environment]}" : ''
        String lost = ''
        for (Map loss : lossesOf(environment)) {
            lost = "${lost}\n${loss.action} ${loss.address} (${loss.holds})"
        }
        return "Deploy ${what} to ${environment}?${changes}${lost ? '\nData would be lost:' + lost : ''}"
    }

    /** What the plan of an environment would lose; each resource must be named before the plan is applied. */
    List lossesOf(String environment) {
        return losses[environment] ?: []
    }

    /** Plain text, because the default markup formatter of Jenkins shows nothing else. */
    void describe(Map failure) {
        List lines = []
        if (facts.release) {
            lines.add("release ${facts.release.version}".toString())
        }
        if (failure != null) {
            lines.add(failure.message.readLines()[0])
        } else if (facts.environment) {
            lines.add("in ${facts.environment}".toString())
        }
        if (facts.url) {
            lines.add(facts.url)
        }
        script.currentBuild.description = lines.join(' · ')
    }

}
