package pipelines

import harness.DeclarativeLint
import harness.Repository
import harness.Sandbox
import spock.lang.Specification
import spock.lang.Unroll

/** What Jenkins would refuse in a Jenkinsfile before or while it runs, found by reading it. */
class LintSpec extends Specification {
    @Unroll
    def '#name is taken by the declarative parser and stays within the sandbox'() {
        expect:
        DeclarativeLint.complaints(text) == []
        Sandbox.complaints(text, name) == []

        where:
        name << texts().keySet()
        text = texts()[name]
    }

    /** Every Jenkinsfile here, and those that the seed makes of the templates. */
    private static Map<String, String> texts() {
        Map<String, String> found = new TreeMap()
        new File(Repository.root(), 'pipelines').eachFileRecurse {
            if (it.name.endsWith('Jenkinsfile') || it.name == 'applications.groovy') found[it.name] = it.getText('UTF-8')
        }
        ApplicationList list = new ApplicationList(Repository.root(), new File(Repository.root(), 'pipelines/applications.yml').getText('UTF-8'))
        list.jobs().each { name, job ->
            if (job.has('definition.cps.script')) found[name] = job.value('definition.cps.script') as String
        }
        found
    }
}
