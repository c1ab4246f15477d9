package automationstack

/** Publishes the run's report and its stages as test results. */
class Publisher implements Serializable {

    private static final long serialVersionUID = 1L

    private final Object script

    Publisher(Object script) {
        this.script = script
    }

    /** Options of `conclude` that have it written. */
    Map options() {
        return [output: place(), junit: "${place()}/stages.xml".toString()]
    }

    /** @param outcome of `conclude` */
    void publish(Map outcome) {
        if (!outcome.data?.report) {
            script.echo("There is no report: ${outcome.data?.unreported ?: Outcome.message(outcome)}")
            return
        }
        script.dir(place()) {
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

    private String place() {
        return "${script.env.WORKSPACE_TMP ?: script.pwd(tmp: true)}/automation-stack/report"
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
