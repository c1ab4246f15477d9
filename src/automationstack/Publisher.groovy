package automationstack

/** Publishes the run's report and its stages as test results. */
class Publisher implements Serializable {

    private static final long serialVersionUID = 1L

    private final Object script
    private final Runner runner

    Publisher(Object script, Runner runner) {
        this.script = script
        this.runner = runner
    }

    /** @param options `directory` and `config`, where the call has them */
    void publish(Map options) {
        String place = "${script.env.WORKSPACE_TMP ?: script.pwd(tmp: true)}/automation-stack/report"
        Map given = [:]
        given.putAll(options)
        given.putAll([run: Runner.runId(script.env.BUILD_TAG), output: place, junit: "${place}/stages.xml".toString()])
        Map outcome = runner.call('report', given)
        if (outcome.exitCode != 0) {
            script.echo("There is no report: ${Outcome.message(outcome)}")
            return
        }
        script.dir(place) {
            optional('junit') {
                script.junit(testResults: 'stages.xml', allowEmptyResults: true, skipMarkingBuildUnstable: true)
            }
            optional('publishHTML') {
                script.publishHTML([
                    reportDir: '.',
                    reportFiles: 'report.html',
                    reportName: 'automation-stack',
                    keepAll: true,
                    alwaysLinkToLastBuild: true,
                    allowMissing: false,
                ])
            }
        }
    }

    /** A build does not fail for want of a plugin that only shows it. */
    private void optional(String step, Closure body) {
        try {
            body()
        } catch (NoSuchMethodError missing) {
            if (!Steps.isMissing(missing, step)) {
                throw missing
            }
            script.echo("Not published: ${Steps.words(missing)}.")
        }
    }

}
