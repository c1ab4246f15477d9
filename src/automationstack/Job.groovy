package automationstack

/** The properties of the job that a build belongs to. */
class Job implements Serializable {

    private static final long serialVersionUID = 1L

    private final Object script
    private final Map arguments

    /** @param arguments of `automationStack`: `parameters`, `triggers` and `properties` are used if they are set */
    Job(Object script, Map arguments) {
        this.script = script
        this.arguments = arguments
    }

    /**
     * Sets the properties of the job: a parameter to resume a build, and a trigger for each application that this one
     * needs (the seed job gives those jobs their names). Every build sets them, because Jenkins removes what is not set
     * again. A job has one list of parameters and one of triggers, so those of the Jenkinsfile are included. A job without
     * branches belongs to its owner.
     */
    void tell(String branch, List upstream) {
        if (!script.env.BRANCH_NAME && upstream.isEmpty()) {
            return
        }
        Object resume = script.booleanParam(
            name: 'resume', defaultValue: false, description: 'Skip what another build of the same commit has done')
        List all = []
        all.addAll(arguments.properties ?: [])
        all.add(script.parameters((arguments.parameters ?: []) + [resume]))
        List triggers = []
        triggers.addAll(arguments.triggers ?: [])
        List jobs = []
        for (String application : upstream) {
            jobs.add("/${application}/delivery/${branch.replace('/', '%2F')}".toString())
        }
        if (jobs) {
            triggers.add(script.upstream(upstreamProjects: jobs.join(',')))
        }
        if (triggers) {
            all.add(script.pipelineTriggers(triggers))
        }
        script.properties(all)
    }

}
