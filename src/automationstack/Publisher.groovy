package automationstack

/** Publishes the run's report and its stages as test results. */
class Publisher implements Serializable {

    private static final long serialVersionUID = 1L

    private final Object script
    private final String place

    /** @param folder where the library keeps what is its own */
    Publisher(Object script, String folder) {
        this.script = script
        this.place = "${folder}/report"
    }

    /** Options of `conclude` that have it written. */
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
