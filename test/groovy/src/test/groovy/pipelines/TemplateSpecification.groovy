package pipelines

import harness.Build
import harness.Jenkins
import harness.Repository
import spock.lang.Specification

/**
 * Runs the templates with doubles of the library's steps: what they do is the library's matter, when they are called is the
 * template's.
 */
abstract class TemplateSpecification extends Specification {
    protected final File repository = Repository.root()
    /** A library without steps of its own, so that every step of it is a double. */
    private final File library = File.createTempDir('automation-stack-', '-library')
    private final File sources = File.createTempDir('automation-stack-', '-sources')
    protected final Jenkins jenkins = new Jenkins(library)

    def setup() {
        new File(library, 'vars').mkdir()
        new File(sources, 'automation-stack.yml').text = 'application: shop\n'
        // What the seed job loads from its checkout.
        new File(sources, 'pipelines/jobs').mkdirs()
        new File(sources, 'pipelines/jobs/applications.groovy').bytes = new File(repository, 'pipelines/jobs/applications.groovy').bytes
        git('init', '--quiet', '--initial-branch=main')
        git('add', '--all')
        git('-c', 'user.name=test', '-c', 'user.email=test@example.invalid', 'commit', '--quiet', '--message', 'feat: begin')
        ['develop', 'feature/x', 'PR-7', 'PR-8'].each { git('branch', it) }
        ['stackBuild', 'stackNotify', 'stackPush', 'stackReport', 'stackRollback', 'stackTest'].each { jenkins.step(it) { [exitCode: 0] } }
        // The clone of another repository, and the files of a report that no step made.
        ['git', 'junit', 'publishHTML'].each { jenkins.step(it) { null } }
    }

    def cleanup() {
        [library, sources]*.deleteDir()
    }

    protected Build runTemplate(String name, Map options = [:]) {
        runText(new File(repository, "pipelines/${name}").getText('UTF-8'), options)
    }

    protected Build runText(String text, Map options = [:]) {
        jenkins.run(text, [scm: sources, job: options.branch ? "shop/delivery/${options.branch}".toString() : 'shop/job'] + options)
    }

    protected void git(String... words) {
        Process process = new ProcessBuilder(['git'] + (words as List)).directory(sources).redirectErrorStream(true).start()
        String output = process.inputStream.text
        assert process.waitFor() == 0: output
    }
}
