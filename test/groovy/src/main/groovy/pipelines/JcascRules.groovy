package pipelines

/** What a schema cannot say of a controller's configuration: the promises of docs/jenkins-controller.md. */
class JcascRules {
    private static final String REFERENCE = /\$\{[A-Za-z0-9_.\/-]+\}/
    private static final String SECRET_KEY = /(?i).*(password|secret|privateKey|passphrase|token)$/
    private static final String SECRET_TEXT = /(?s).*(-----BEGIN |\bAKIA[0-9A-Z]{16}\b|\bxox[abpr]-|\bgh[pousr]_|\beyJ[A-Za-z0-9_-]{10}).*/

    /**
     * @param files the files that make up the configuration, by name, as data
     * @param defined ids of credentials that are referred to from elsewhere, with who does
     * @return what is wrong, in words
     */
    static List<String> problems(Map<String, Map> files, Map<String, String> referredTo = [:]) {
        files.values().collectMany { access(it) + builds(it) + library(it) + jobs(it) + seed(it) } +
            files.collectMany { name, file -> secrets(file, name) } + credentials(files, referredTo)
    }

    private static List<String> access(Map file) {
        Map strategy = file.jenkins?.authorizationStrategy ?: [:]
        List<String> found = []
        strategy.values().collectMany { it.entries ?: [] }.each { Map entry ->
            Map who = entry.values()[0]
            if ("${who.name}".equalsIgnoreCase('anonymous')) found << 'somebody who is not logged in may do something'
            if ("${who.name}".equalsIgnoreCase('authenticated') && who.permissions != ['Overall/Read']) {
                found << 'everybody who is logged in may do more than log in'
            }
        }
        if (strategy.globalMatrix) found << 'owners get nothing in their folders: globalMatrix does not look there'
        if (file.jenkins?.securityRealm?.local?.allowsSignup) found << 'anybody may sign up'
        if (file.security?.globalJobDslSecurityConfiguration?.useScriptSecurity == false) found << 'Job DSL runs outside of the sandbox'
        found
    }

    private static List<String> builds(Map file) {
        List<String> found = []
        if (file.jenkins?.containsKey('authorizationStrategy') && file.jenkins.numExecutors != 0) found << 'builds run on the controller'
        (file.jenkins?.nodes ?: []).each {
            if (it.permanent.name in ['built-in', 'master']) found << 'the controller is configured as an agent'
        }
        if (usage(file.jenkins?.nodes) + usage(file.jenkins?.clouds) - 'NORMAL') found << 'agents leave out pipelines that ask for no label'
        found
    }

    /** How agents may be used, wherever it is said. */
    private static List<String> usage(Object value) {
        if (value instanceof List) return value.collectMany { usage(it) }
        value instanceof Map ? value.collectMany { key, part -> key in ['mode', 'nodeUsageMode'] ? [part] : usage(part) } : []
    }

    /** Job DSL of the configuration: written anew at each start, before the queue is emptied. */
    private static List<String> jobs(Map file) {
        (file.jobs ?: []).collectMany { Map job ->
            List<String> found = []
            if (job.script =~ /\bqueue\s*\(/) found << 'a build is queued at start, which Jenkins discards'
            if (!(job.script =~ /\bpipelineTriggers\b/)) found << 'a job has no trigger: one that its Jenkinsfile sets is lost at each start'
            found
        }
    }

    /** A seed that reads its workspace, as a user that may. */
    private static List<String> seed(Map file) {
        List<String> users = (file.jobs ?: []).collectMany { (it.script =~ /userid\('([^']+)'\)/).collect { match -> match[1] } }
        List<Map> entries = (file.jenkins?.authorizationStrategy ?: [:]).values().collectMany { it.entries ?: [] }
        users.findAll { String user -> !entries.any { it.user?.name == user && 'Job/Workspace' in it.user.permissions } }
            .collect { "${it} may not read the seed’s workspace: readFileFromWorkspace needs Job/Workspace".toString() }
    }

    private static List<String> library(Map file) {
        (file.unclassified?.globalLibraries?.libraries ?: []).collectMany { Map library ->
            List<String> found = []
            // A release, or what a variable says with a release where it is not set.
            if (!(library.defaultVersion ==~ /v\d+\.\d+\.\d+|\$\{\w+:-v\d+\.\d+\.\d+}/)) found << "the library ${library.name} is not pinned to a release"
            if (library.implicit) found << "the library ${library.name} is loaded without being asked for"
            String seed = (file.jobs ?: []).collect { it.script }.join('\n')
            if (seed.contains('seed.Jenkinsfile') && !seed.contains("refs/tags/${library.defaultVersion}")) {
                found << 'the seed job is not of the library’s version'
            }
            found
        }
    }

    private static List<String> secrets(Object value, String path) {
        if (value instanceof List) return value.collectMany { secrets(it, path) }
        if (!(value instanceof Map)) return value ==~ SECRET_TEXT ? ["${path}: a secret in clear text".toString()] : []
        value.collectMany { key, part ->
            String here = "${path}.${key}"
            if (key ==~ SECRET_KEY && part instanceof String && !(part ==~ REFERENCE)) return ["${here}: a secret in clear text".toString()]
            secrets(part, here)
        }
    }

    private static List<String> credentials(Map<String, Map> files, Map<String, String> referredTo) {
        Set<String> defined = files.values().collectMany { definedIn(it) } as Set
        Map<String, String> used = new TreeMap(referredTo)
        files.each { name, file -> idsIn(file).each { used.putIfAbsent(it, name) } }
        used.findAll { !defined.contains(it.key) }.collect { id, where -> "${where}: no credentials ${id}${Nearest.hint(id, defined)}".toString() }
    }

    private static List<String> definedIn(Map file) {
        (file.credentials?.system?.domainCredentials ?: []).collectMany { it.credentials }.collect { it.values()[0].id }
    }

    private static List<String> idsIn(Object value) {
        if (value instanceof List) return value.collectMany { idsIn(it) }
        if (value instanceof String) return (value =~ /credentials(?:Id)?\('([^']*)'\)/).collect { it[1] }
        if (!(value instanceof Map)) return []
        value.collectMany { key, part -> key ==~ /(?i).*credentialsId/ ? [part] : idsIn(part) }
    }
}
