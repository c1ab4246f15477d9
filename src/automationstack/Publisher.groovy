package automationstack

/** Publishes the run's report and its stages as test results. */
class Publisher implements Serializable {

    private static final long serialVersionUID = 1L

    private final Object script
    private final String place

    /** @param folder the library's own folder */
    Publisher(Object script, String folder) {
        this.script = script
        this.place = "${folder}/report"
    }

    /** Options of `conclude` that make it write the report. */
    Map options() {
        return [output: place, junit: "${place}/stages.xml".toString()]
    }

    /** @param outcome of `conclude` */
    void publish(Map outcome) {
        if (!outcome.data?.report) {
            script.echo("There is no report: ${outcome.data?.unreported ?: Outcome.message(outcome)}")
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

    /** A build does not fail because a plugin that only shows results is missing. */
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
