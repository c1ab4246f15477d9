package journeys

import groovy.io.FileType
import groovy.json.JsonSlurper
import harness.Jenkins
import harness.Repository

import java.nio.file.Files

/**
 * A copy of an example with a repository of its own, delivered by Jenkins to the local environment. As in a
 * multibranch job each branch has its own workspace; the ledger and Terraform's state are shared, as teams do.
 */
class Shop {

    final File home = File.createTempDir('automation-stack-', '-journey')
    final File repository = new File(home, 'repository')
    final Map<String, String> variables
    final Jenkins jenkins = new Jenkins()
    private final String example
    private final String id = UUID.randomUUID().toString().take(8)
    private final Map<String, Integer> builds = [:].withDefault { 0 }

    /** @param slots the first of two slots for hosts, by environment; none where the example has no hosts */
    Shop(String example, Map<String, Integer> slots = [:]) {
        this.example = example
        variables = new JsonSlurper().parseText(runner('local', 'env', '--json')) as Map<String, String>
        freeSlots(slots.values().collectMany { [it, it + 1] })
        copyExample(slots)
        git('init', '--quiet', '--initial-branch=develop')
        commit('feat: begin')
        git('tag', '--annotate', 'v0.1.0', '--message', 'v0.1.0')
        git('branch', 'main')
        Map<String, String> plain = variables.findAll { it.key != 'SLACK_BOT_TOKEN' }
        jenkins.env.putAll(plain)
        // Terraform's provisioners make what they make in the same local environment.
        String instance = System.getenv('AUTOMATION_STACK_LOCAL_INSTANCE')
        if (instance) {
            jenkins.env.AUTOMATION_STACK_LOCAL_INSTANCE = instance
        }
        jenkins.credentials['slack-bot-token'] = variables.SLACK_BOT_TOKEN
    }

    /** A build of a branch with the example's own Jenkinsfile. */
    harness.Build build(String branch) {
        int number = ++builds[branch]
        File workspace = new File(home, "workspace/${branch}")
        workspace.mkdirs()
        String jenkinsfile = new File(repository, 'Jenkinsfile').text
        jenkins.run(jenkinsfile, [branch: branch, number: number, job: "${id}/delivery/${branch}".toString(), scm: repository, workspace: workspace])
    }

    void change(String file, Closure<String> how) {
        File changed = new File(repository, file)
        changed.text = how(changed.text)
    }

    /** The files of one folder over those of another. */
    void overlay(String from, String to) {
        File source = new File(repository, from)
        source.eachFileRecurse(FileType.FILES) { File file ->
            File copy = new File(new File(repository, to), source.toPath().relativize(file.toPath()).toString())
            copy.parentFile.mkdirs()
            copy.text = file.text
        }
    }

    void commit(String message) {
        git('add', '--all')
        git('commit', '--quiet', '--message', message)
    }

    void mergeToMain() {
        git('checkout', '--quiet', 'main')
        git('merge', '--quiet', '--no-ff', '--message', 'Merge branch develop', 'develop')
        git('checkout', '--quiet', 'develop')
    }

    /** The newest deployment of an environment in the ledger. */
    Map lastDeployment(String environment) {
        deployments(environment).first()
    }

    /** What the environment answers itself, through its load balancer. */
    Map health(String environment) {
        String url = deployments(environment).find { it.url }.url
        new JsonSlurper().parse(new URL(url + 'health')) as Map
    }

    private List<Map> deployments(String environment) {
        json('history', '--env', environment, '--json').deployments as List<Map>
    }

    /** What Slack was told of a build: its one message, and the texts in its thread. */
    Map slackThread(harness.Build build) {
        List<Map> all = new JsonSlurper().parse(new URL(variables.SLACK_API_URL.replace('/api/', '/messages'))) as List<Map>
        List<Map> about = all.findAll { !it.thread_ts && it.toString().contains(build.url) }
        assert about.size() == 1: "one message a build, not ${about*.text}"
        [message: about[0], replies: all.findAll { it.thread_ts == about[0].ts }]
    }

    void remove() {
        List<String> environments = json('config', 'check', '--json').environments as List<String>
        for (String environment : environments) {
            runner('destroy', '-C', repository.path, '--env', environment, '--yes', '--confirm', environment)
        }
        home.deleteDir()
    }

    /** A journey that was killed leaves its hosts, and with them the slots that the next one needs. */
    private void freeSlots(Collection<Integer> needed) {
        Map status = new JsonSlurper().parseText(runner('local', 'status', '--json')) as Map
        status.hosts.findAll { it.slot in needed && it.name =~ /^j\p{XDigit}{8}-/ }.each {
            runner('local', 'delete', 'host', it.name as String)
        }
    }

    Map json(String... words) {
        new JsonSlurper().parseText(runner((words as List) + ['-C', repository.path] as String[]).readLines().last()) as Map
    }

    private String runner(String... words) {
        List<String> command = ['node', new File(Repository.root(), 'runner').path] + (words as List)
        ProcessBuilder builder = new ProcessBuilder(command)
        if (variables) {
            builder.environment().putAll(variables)
        }
        run(builder.redirectError(ProcessBuilder.Redirect.PIPE), command)
    }

    private void git(String... words) {
        List<String> command = ['git', '-c', 'user.name=test', '-c', 'user.email=test@example.invalid', '-c', 'commit.gpgsign=false'] + (words as List)
        run(new ProcessBuilder(command).directory(repository), command)
    }

    private static String run(ProcessBuilder builder, List<String> command) {
        Process process = builder.start()
        StringBuilder output = new StringBuilder()
        StringBuilder errors = new StringBuilder()
        process.waitForProcessOutput(output, errors)
        assert process.exitValue() == 0: "${command.join(' ')}: ${errors}${output}"
        output.toString()
    }

    private void copyExample(Map<String, Integer> slots) {
        File source = new File(Repository.root(), "examples/${example}")
        source.eachFileRecurse(FileType.FILES) { File file ->
            String path = source.toPath().relativize(file.toPath()).toString()
            if (!(path =~ /\.automation-stack|\.terraform|tfstate/)) {
                File copy = new File(repository, path)
                copy.parentFile.mkdirs()
                Files.copy(file.toPath(), copy.toPath())
            }
        }
        new File(repository, '.gitignore').text = '.automation-stack/\n.terraform/\nterraform.tfstate*\n'
        // Names of its own, so that a demo beside it stays whole.
        change('terraform/local/main.tf') { it.replaceAll('"(?:flask|hello|blue-green)-', "\"j${id}-") }
        File local = new File(repository, 'local.yml')
        // What runs on this machine takes the place of what runs on AWS.
        if (local.isFile()) {
            change('automation-stack.yml') { local.text }
            local.delete()
        }
        slots.each { environment, slot ->
            change("terraform/local/${environment}.tfvars") {
                "environment = \"${environment}\"\nslots = {\n  j${id}-${environment}-1 = ${slot}\n  j${id}-${environment}-2 = ${slot + 1}\n}\n".toString()
            }
        }
        change('terraform/local/versions.tf') { it.replaceFirst('terraform \\{', 'terraform {\n  backend "local" {}') }
        change('automation-stack.yml') {
            it.replace("repository: ${example}/web", "repository: journey-${id}/web")
              .replace('      var-files: [staging.tfvars]', "      var-files: [staging.tfvars]\n      backend-config: ['workspace_dir=${home}/terraform']")
              .replace('infrastructure: { directory: terraform/local, workspace: staging }', "infrastructure: { directory: terraform/local, workspace: staging, backend-config: ['workspace_dir=${home}/terraform'] }")
              .replace('\nimages:', "\nstate: { location: ${home}/ledger }\n\nimages:")
        }
    }

}
