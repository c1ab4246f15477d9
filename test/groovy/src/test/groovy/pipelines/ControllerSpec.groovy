package pipelines

import harness.Repository
import spock.lang.Shared
import spock.lang.Specification
import spock.lang.Unroll

class ControllerSpec extends Specification {
    private static final List<String> AGENTS = ['agents-ec2.yaml', 'agents-kubernetes.yaml', 'agents-ssh.yaml']

    @Shared
    File repository = Repository.root()
    @Shared
    File controller = new File(repository, 'pipelines/controller')
    @Shared
    Map<String, Map> files = (['jenkins.yaml'] + AGENTS).collectEntries { [(it): read(it)] }

    @Unroll
    def '#name says only what Jenkins knows'() {
        expect:
        new Schema().check(files[name], JcascSchema.FILE).problems == []

        where:
        name << files.keySet()
    }

    def 'it keeps its promises, and every credential that something refers to is defined'() {
        expect:
        JcascRules.problems(files, referredTo()) == []
    }

    def 'the credentials that an application’s variables come from are found'() {
        expect:
        credentialsOf('a: "${env:SLACK_BOT_TOKEN} ${env:BASE:-x} ${env:FLEET_KEY}"\njenkins: { credentials: { FLEET_KEY: { id: fleet, kind: ssh-key } } }') ==
            ['slack-bot-token', 'fleet'] as Set
    }

    def 'every file of the controller is read here, and each of the agents’ files can be read with jenkins.yaml'() {
        expect:
        controller.list().findAll { it.endsWith('.yaml') } as Set == files.keySet()
        AGENTS.every { files[it].keySet() == ['jenkins'] as Set && files[it].jenkins.keySet().disjoint(files['jenkins.yaml'].jenkins.keySet()) }
    }

    @Unroll
    def 'agents of #name have the label that the templates ask for'() {
        given:
        String labels = "${labelsIn(files[name])}"

        expect:
        labelsOfTemplates() == ['linux'] as Set
        labels.tokenize(' ').contains('linux')

        where:
        name << AGENTS
    }

    def 'the jobs of the configuration are Job DSL, start by themselves after a restart too, and run as a user that is defined'() {
        when:
        String script = files['jenkins.yaml'].jobs[0].script
        JobDslRecorder recorder = new JobDslRecorder()
        Map<String, JobDslNode> jobs = recorder.run(script.replaceAll(/\$\{\w+(:-[^}]*)?\}/, 'https://example.com/x.git'), [:], false)
        String seed = new File(repository, jobs['seed'].value('definition.cpsScm.scriptPath') as String).getText('UTF-8')

        then:
        jobs.keySet() == ['seed'] as Set
        jobs['seed'].value('properties.pipelineTriggers.triggers.pollSCM.scmpoll_spec') == 'H/5 * * * *'
        jobs['seed'].has('properties.pipelineTriggers.triggers.cron')
        jobs['seed'].has('properties.disableConcurrentBuilds')
        jobs['seed'].value('properties.authorizeProjectProperty.strategy.specificUsersAuthorizationStrategy.userid') in
            files['jenkins.yaml'].jenkins.securityRealm.local.users*.id
        // A declarative trigger would take the place of those of the configuration until the next start.
        !seed.contains('triggers {')
    }

    def 'docs/jenkins-controller.md tells of every value that the files ask for, and of no other'() {
        given:
        Set<String> told = (section(page(), 'Secrets') + section(page(), 'Variables') =~ /(?m)^\| `([A-Za-z0-9_-]+)`/).collect { it[1] }
        Set<String> asked = files.values().collectMany { References.namesIn(it) }

        expect:
        told == asked
    }

    def 'plugins.txt is in order and has every plugin that the configuration, the seed and the library take'() {
        given:
        PluginList list = new PluginList(new File(controller, 'plugins.txt').getText('UTF-8'))
        Schema checked = new Schema()
        files.values().each { checked.check(it, JcascSchema.FILE) }
        Set<String> secrets = ['aws-secrets-manager-secret-source', 'configuration-as-code-secret-ssm']

        expect:
        list.problems == []
        (checked.plugins + secrets + STEPS.values() - list.versions.keySet()) == [] as Set
    }

    def 'each plugin in plugins.txt is there for something'() {
        given:
        PluginList list = new PluginList(new File(controller, 'plugins.txt').getText('UTF-8'))
        Schema checked = new Schema()
        files.values().each { checked.check(it, JcascSchema.FILE) }
        Set<String> unseen = ['aws-secrets-manager-secret-source', 'configuration-as-code-secret-ssm', 'pipeline-graph-view']

        expect:
        (list.versions.keySet() - checked.plugins - STEPS.values() - unseen) == [] as Set
    }

    def 'docs/jenkins-controller.md tells of each plugin in plugins.txt, in its version, who needs it'() {
        given:
        PluginList list = new PluginList(new File(controller, 'plugins.txt').getText('UTF-8'))
        List<List<String>> rows = (section(page(), 'Plugins') =~ /(?m)^\| `([a-z0-9-]+)` +\| (\S+) +\| (\w+) /).collect { it.drop(1) }

        expect:
        rows.collectEntries { [(it[0]): it[1]] } == list.versions
        rows*.getAt(2) as Set == ['Required', 'Optional', 'Controller'] as Set
    }

    def 'a controller made by either recipe saves its locks at once'() {
        given:
        String property = '-Dorg.jenkins.plugins.lockableresources.ASYNC_SAVE=false'

        expect:
        section(page(), 'Start one').contains(property)
        new File(repository, 'ansible/roles/jenkins/vars/main.yml').getText('UTF-8').contains(property)
    }

    def 'the library, the seed job, the packed runner and the newest release in the CHANGELOG are one version'() {
        given:
        String configuration = new File(controller, 'jenkins.yaml').getText('UTF-8')
        Set<String> named = (configuration =~ /\bv(\d+\.\d+\.\d+)/).collect { it[1] }
        String released = (new File(repository, 'CHANGELOG.md').getText('UTF-8') =~ /(?m)^## (\d+\.\d+\.\d+) /)[0][1]

        expect:
        named == [released] as Set
        new File(repository, 'resources/automation-stack/version').getText('UTF-8').trim() == released
        new File(repository, 'package.json').getText('UTF-8').contains("\"version\": \"${released}\"")
    }

    /** What brings the steps and Job DSL blocks that the library, the templates and the seed use. */
    private static final Map<String, String> STEPS = [
        aws: 'aws-credentials', build: 'workflow-aggregator', docker: 'docker-workflow', folder: 'cloudbees-folder',
        git: 'git', github: 'github-branch-source', headWildcardFilter: 'branch-api', jobDsl: 'job-dsl', junit: 'junit',
        library: 'pipeline-groovy-lib', lock: 'lockable-resources', milestone: 'pipeline-milestone-step',
        podTemplate: 'kubernetes', publishHTML: 'htmlpublisher', readYaml: 'pipeline-utility-steps',
        sshUserPrivateKey: 'ssh-credentials', string: 'plain-credentials', timestamps: 'timestamper',
        withCredentials: 'credentials-binding',
    ]

    private String page() {
        new File(repository, 'docs/jenkins-controller.md').getText('UTF-8')
    }

    private static String section(String page, String title) {
        page.split(/(?m)^## /).find { it.startsWith(title) }
    }

    private Map read(String name) {
        ApplicationList.parse(new File(controller, name).getText('UTF-8')) as Map
    }

    /** Ids that are used outside of the configuration: by the list of applications, the Jenkinsfiles and the examples. */
    private Map<String, String> referredTo() {
        Map list = ApplicationList.parse(new File(repository, 'pipelines/applications.yml').getText('UTF-8')) as Map
        Map<String, String> ids = list.applications.findAll { it.credentials }.collectEntries { [(it.credentials): 'applications.yml'] }
        jenkinsfiles().each { File file ->
            (file.getText('UTF-8') =~ /credentialsId: '([^']+)'/).each { ids[it[1]] = file.name }
        }
        new File(repository, 'examples').eachDir { File example ->
            File file = new File(example, 'automation-stack.yml')
            if (file.isFile()) credentialsOf(file.getText('UTF-8')).each { ids[it] = "examples/${example.name}".toString() }
        }
        ids
    }

    /** Ids that the library binds for a configuration: those it maps, and each other variable's own name. */
    private static Set<String> credentialsOf(String configuration) {
        Map mapped = (ApplicationList.parse(configuration) as Map).jenkins?.credentials ?: [:]
        (configuration =~ /\$\{env:([A-Z0-9_]+)\}/).collect { match ->
            Object id = mapped[match[1]] ?: match[1].toLowerCase().replace('_', '-')
            (id instanceof Map ? id.id : id) as String
        } as Set
    }

    private Set<String> labelsOfTemplates() {
        jenkinsfiles().collectMany { File file ->
            (file.getText('UTF-8') =~ /(?:node\('|label ')([^']+)'/).collect { it[1] }
        } as Set
    }

    private List<File> jenkinsfiles() {
        List<File> found = []
        new File(repository, 'pipelines').eachFileRecurse { if (it.name.endsWith('Jenkinsfile')) found << it }
        found
    }

    private static String labelsIn(Object value) {
        if (value instanceof List) return value.collect { labelsIn(it) }.join(' ')
        value instanceof Map ? value.collect { key, part -> key in ['label', 'labelString'] ? part : labelsIn(part) }.join(' ') : ''
    }
}
