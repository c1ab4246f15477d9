package automationstack

/** What later stages need of earlier ones, where they may run on another agent: the run's record and saved plans. */
class Baggage implements Serializable {

    private static final long serialVersionUID = 1L

    private static final String NAME = 'automation-stack'

    private final Object script
    private final String directory
    private boolean isLeft = false

    Baggage(Object script, String directory) {
        this.script = script
        this.directory = directory ?: '.'
    }

    void leave() {
        script.dir(directory) {
            script.stash(
                name: NAME,
                includes: ".automation-stack/runs/${Runner.runId(script.env.BUILD_TAG)}*,.automation-stack/plans/**",
                allowEmpty: true,
                useDefaultExcludes: false)
        }
        isLeft = true
    }

    void take() {
        if (isLeft) {
            script.dir(directory) {
                script.unstash(NAME)
            }
        }
    }

}
