package pipelines

import harness.Repository
import spock.lang.Shared
import spock.lang.Specification
import spock.lang.Unroll

/** The checks of the controller's configuration are only worth something if they find mistakes: each sample has one. */
class ControllerMistakesSpec extends Specification {
    @Shared
    File controller = new File(Repository.root(), 'pipelines/controller')

    @Unroll
    def 'the schema refuses #mistake'() {
        expect:
        new Schema().check(ApplicationList.parse(yaml), JcascSchema.FILE).problems.any { it.contains(says) }

        where:
        mistake                      | yaml                                                                        || says
        'an unknown part'            | 'jenkns: {}'                                                                || 'unknown key jenkns; did you mean jenkins?'
        'a misspelt key'             | 'jenkins: { numExecuters: 0 }'                                              || 'jenkins: unknown key numExecuters; did you mean numExecutors?'
        'text for a number'          | 'jenkins: { numExecutors: "0" }'                                            || 'jenkins.numExecutors: must be a whole number'
        'text for a switch'          | 'jenkins: { noUsageStatistics: "yes" }'                                     || 'must be true or false'
        'an unknown mode'            | 'jenkins: { mode: NONE }'                                                   || 'must be one of NORMAL, EXCLUSIVE'
        'two security realms'        | 'jenkins: { securityRealm: { local: {}, ldap: {} } }'                       || 'jenkins.securityRealm: must be one of local'
        'the old form of a matrix'   | 'jenkins: { authorizationStrategy: { globalMatrix: { permissions: [] } } }' || 'unknown key permissions'
        'an unknown permission'      | matrix('user: { name: a, permissions: [Job/Reed] }')                        || 'must be like (Overall'
        'an entry for nobody'        | matrix('user: { permissions: [] }')                                         || 'name is missing'
        'a setting that EC2 dropped' | ec2('associatePublicIp: false')                                             || 'unknown key associatePublicIp'
        'an old EC2 instance type'   | ec2('type: T2Micro')                                                        || 'templates[0].type: must be like'
        'a library without version'  | 'unclassified: { globalLibraries: { libraries: [{ name: a }] } }'           || 'libraries[0]: defaultVersion is missing'
        'a list that is none'        | 'jobs: { script: x }'                                                       || 'jobs: must be a list'
    }

    @Unroll
    def 'the rules refuse #mistake'() {
        given:
        Map<String, Map> broken = [
            'jenkins.yaml': ApplicationList.parse(new File(controller, 'jenkins.yaml').getText('UTF-8').replace(good, bad)) as Map,
        ]

        expect:
        new File(controller, 'jenkins.yaml').getText('UTF-8').contains(good)
        JcascRules.problems(broken).any { it.contains(says) }

        where:
        mistake                          | good                                | bad                                     || says
        'access without logging in'      | 'name: authenticated'               | 'name: anonymous'                       || 'not logged in may do something'
        'much for everybody'             | PEOPLE                              | "$PEOPLE\n              - Job/Build"    || 'logged in may do more than log in'
        'a matrix blind to folders'      | 'projectMatrix:'                    | 'globalMatrix:'                         || 'owners get nothing in their folders'
        'sign-up'                        | 'allowsSignup: false'               | 'allowsSignup: true'                    || 'anybody may sign up'
        'builds on the controller'       | 'numExecutors: 0'                   | 'numExecutors: 2'                       || 'builds run on the controller'
        'Job DSL without the sandbox'    | 'useScriptSecurity: true'           | 'useScriptSecurity: false'              || 'outside of the sandbox'
        'a password in clear text'       | '${jenkins-admin-password}'         | 'admin'                                 || 'password: a secret in clear text'
        'a secret with a default'        | '${git-token}'                      | '${git-token:-abc}'                     || 'password: a secret in clear text'
        'a token under any name'         | 'description: Slack bot token'      | 'description: xoxb-1-2'                 || 'description: a secret in clear text'
        'a key in clear text'            | '${hosts-ssh-key}'                  | '"-----BEGIN OPENSSH PRIVATE KEY-----"' || 'privateKey: a secret in clear text'
        'a library that moves'           | 'defaultVersion: ${AUTOMATION_STACK_VERSION:-v' | 'defaultVersion: ${AUTOMATION_STACK_VERSION:-main-' || 'not pinned to a release'
        'a library that loads itself'    | 'implicit: false'                   | 'implicit: true'                        || 'without being asked for'
        'a seed of another version'      | 'refs/tags/${AUTOMATION_STACK_VERSION:-v' | 'refs/tags/${AUTOMATION_STACK_VERSION:-v9'    || 'not of the library’s version'
        'a seed that cannot read'        | '              - Job/Workspace\n'   | ''                                      || 'readFileFromWorkspace needs Job/Workspace'
        'a build that is never made'     | "pipelineJob('seed') {"             | "queue('seed'); pipelineJob('seed') {"  || 'queued at start, which Jenkins discards'
        'a trigger that is lost'         | 'pipelineTriggers {'                | 'authorizeProjectProperty {'            || 'a job has no trigger'
        'credentials that are not there' | 'id: git\n'                         | 'id: gti\n'                             || 'no credentials git; did you mean gti?'
    }

    def 'the rules refuse agents that a pipeline without a label would wait for in vain'() {
        given:
        Map broken = ApplicationList.parse(new File(controller, 'agents-ssh.yaml').getText('UTF-8').replace('NORMAL', 'EXCLUSIVE')) as Map

        expect:
        JcascRules.problems([broken: broken]).contains('agents leave out pipelines that ask for no label')
    }

    def 'a list of plugins is refused where a version is missing or a plugin is listed twice'() {
        expect:
        new PluginList('git\njunit:1.0\njunit:2.0\n').problems == ['not name:version: git', 'listed twice: junit']
    }

    private static final String PEOPLE = 'name: authenticated\n            permissions:\n              - Overall/Read'

    private static String matrix(String entry) {
        "jenkins: { authorizationStrategy: { projectMatrix: { entries: [{ $entry }] } } }"
    }

    private static String ec2(String setting) {
        "jenkins: { clouds: [{ amazonEC2: { templates: [{ $setting }] } }] }"
    }
}
