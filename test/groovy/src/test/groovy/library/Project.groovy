package library

/** A repository that a pipeline checks out, and the workspace it does so in. */
class Project {

    /** Two environments and two Terraform roots' worth of work that need nothing but Terraform. */
    static final String CONFIGURATION = '''\
        |application: shop
        |branches: { develop: staging, main: production }
        |environments:
        |  staging:
        |    infrastructure: { directory: terraform, workspace: staging }
        |  production:
        |    extends: staging
        |    infrastructure: { workspace: production }
        |    promotion: { from: staging, approval: required }
        |'''.stripMargin()
    static final String ROOT = '''\
        |resource "terraform_data" "thing" { input = terraform.workspace }
        |output "thing" { value = terraform_data.thing.output }
        |'''.stripMargin()

    final File home = File.createTempDir('automation-stack-', '-library')
    final File repository = new File(home, 'repository')
    final File workspace = new File(home, 'workspace')

    Project(Map<String, String> files = [:]) {
        workspace.mkdirs()
        write(['automation-stack.yml': CONFIGURATION, 'terraform/main.tf': ROOT, '.gitignore': '.automation-stack/\n.terraform/\nterraform.tfstate*\n'] + files)
        git('init', '--quiet', '--initial-branch=develop')
        commit('feat: begin')
    }

    void write(Map<String, String> files) {
        files.each { name, text ->
            File file = new File(repository, name)
            file.parentFile.mkdirs()
            file.setText(name == 'automation-stack.yml' ? located(text) : text, 'UTF-8')
        }
    }

    /** A build's own workspace is no place for what outlives it. */
    private String located(String configuration) {
        configuration.contains('\nstate:') ? configuration : "${configuration}state: { location: ${home}/ledger }\n"
    }

    /** On develop and on main. */
    void commit(String message) {
        git('add', '--all')
        git('commit', '--quiet', '--message', message)
        git('branch', '--force', 'main')
    }

    String git(String... words) {
        List<String> identity = ['-c', 'user.name=test', '-c', 'user.email=test@example.invalid', '-c', 'commit.gpgsign=false']
        Process process = new ProcessBuilder(['git'] + identity + (words as List)).directory(repository).redirectErrorStream(true).start()
        String output = process.inputStream.text
        assert process.waitFor() == 0: output
        output.trim()
    }

    /** How Jenkins.run is to build a branch of it. */
    Map<String, Object> build(String branch, Map<String, Object> more = [:]) {
        [branch: branch, scm: repository, workspace: workspace] + more
    }

    /** Terraform's state of an environment in the workspace; null where there is none. */
    String state(String environment) {
        File file = new File(workspace, "terraform/terraform.tfstate.d/${environment}/terraform.tfstate")
        file.exists() ? file.text : null
    }

    /** The record of the last run in the workspace, its parts joined. */
    Map lastRun() {
        File[] files = new File(workspace, '.automation-stack/runs').listFiles({ File file -> file.name ==~ /[^.].*\.json/ && !file.name.endsWith('.slack.json') } as FileFilter)
        files ? new groovy.json.JsonSlurper().parse(files.max { it.lastModified() }) as Map : null
    }

    /** The stages of the last run by id, each as it was told last. */
    Map<String, Map> stages() {
        Map<String, Map> all = [:]
        lastRun().parts.each { part -> part.stages.each { all[it.id] = it } }
        all
    }

    /** How often the end of a stage was told. */
    int ends(String stage) {
        lastRun().parts.sum { part -> part.stages.count { it.id == stage && it.status != 'running' } } as int
    }

    void remove() {
        home.deleteDir()
    }

}
