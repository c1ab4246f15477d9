package automationstack

/** What later stages need of earlier ones, where they may run on another agent: the run's record and its plans. */
class Stash implements Serializable {

    private static final long serialVersionUID = 1L

    private final Object script
    private final String directory
    /** How often something was left; each has a name of its own, for Jenkins warns of one that is written over. */
    private int left = 0

    Stash(Object script, String directory) {
        this.script = script
        this.directory = directory
    }

    void leave() {
        left = left + 1
        // The runner keeps a build's plans below this name, wherever the ledger is.
        String run = Runner.runId(script.env.BUILD_TAG)
        inDirectory {
            script.stash(
                name: name(),
                includes: ".automation-stack/runs/${run}*,.automation-stack/plans/${run}/**",
                allowEmpty: true,
                useDefaultExcludes: false)
        }
    }

    void take() {
        if (left > 0) {
            inDirectory {
                script.unstash(name())
            }
        }
    }

    private String name() {
        return "automation-stack-${left}"
    }

    private void inDirectory(Closure body) {
        if (directory) {
            script.dir(directory, body)
        } else {
            body()
        }
    }

}
