package pipelines

import static pipelines.Schema.*

/**
 * What the controller's configuration may say: the part of configuration as code that it uses, as the plugins have it.
 * A key that Jenkins does not know ends its start; so it ends the check.
 */
class JcascSchema {
    private static final Map PERMISSIONS = list(text(
        like: '(Overall/(Administer|Read)|(Agent|Credentials|Job|Run|SCM|View)/' +
            '(Build|Cancel|Configure|Connect|Create|Delete|Discover|Move|Read|Replay|Tag|Update|UseItem|View|Workspace))',
    ))

    private static final Map ENTRY = object([name: text(), permissions: PERMISSIONS], needs: ['name', 'permissions'])

    private static final Map MATRIX = object([entries: list(choice(user: ENTRY, group: ENTRY))],
        needs: ['entries'], plugin: 'matrix-auth')

    private static final Map HOST_KEYS = choice(
        acceptFirstConnectionStrategy: object([:]),
        knownHostsFileVerificationStrategy: object([:]),
        manuallyProvidedKeyVerificationStrategy: object([approvedHostKeys: text()], needs: ['approvedHostKeys']),
    )

    private static final Map ENV_VARS = list(object([key: text(), value: text()], needs: ['key', 'value']))

    private static final Map SSH_AGENT = object([
        host: text(), port: number(), credentialsId: text(), launchTimeoutSeconds: number(), maxNumRetries: number(),
        retryWaitTime: number(), javaPath: text(), jvmOptions: text(),
        sshHostKeyVerificationStrategy: choice(
            knownHostsFileKeyVerificationStrategy: object([:]),
            manuallyProvidedKeyVerificationStrategy: object([key: text()], needs: ['key']),
        ),
    ], needs: ['host', 'credentialsId', 'sshHostKeyVerificationStrategy'], plugin: 'ssh-slaves')

    private static final Map PERMANENT = object([
        name: text(), labelString: text(), mode: word('NORMAL', 'EXCLUSIVE'), numExecutors: number(), remoteFS: text(),
        retentionStrategy: word('always'), nodeDescription: text(), launcher: choice(ssh: SSH_AGENT),
    ], needs: ['name', 'remoteFS', 'launcher'])

    private static final Map EC2_TEMPLATE = object([
        ami: text(), type: text(like: '[a-z0-9-]+\\.[a-z0-9-]+'), description: text(), labelString: text(),
        mode: word('NORMAL', 'EXCLUSIVE'), numExecutors: number(), remoteAdmin: text(), remoteFS: text(),
        securityGroups: text(), subnetId: text(), iamInstanceProfile: text(), monitoring: flag(), stopOnTerminate: flag(),
        connectionStrategy: word('PRIVATE_IP', 'PRIVATE_DNS', 'PUBLIC_IP', 'PUBLIC_DNS'),
        hostKeyVerificationStrategy: word('CHECK_NEW_HARD', 'CHECK_NEW_SOFT', 'ACCEPT_NEW', 'OFF'),
        deleteRootOnTermination: flag(), ebsEncryptRootVolume: word('DEFAULT', 'ENCRYPTED', 'UNENCRYPTED'),
        metadataEndpointEnabled: flag(), metadataHopsLimit: number(), metadataTokensRequired: flag(),
        idleTerminationMinutes: text(like: '\\d+'), instanceCapStr: text(like: '\\d+'), initScript: text(), javaPath: text(),
        amiType: choice(unixData: object([sshPort: text(like: '\\d+'), rootCommandPrefix: text()])),
        tags: list(object([name: text(), value: text()], needs: ['name', 'value'])),
    ], needs: ['ami', 'type', 'labelString', 'remoteFS', 'amiType'])

    private static final Map EC2 = object([
        cloudName: text(), region: text(), useInstanceProfileForCredentials: flag(), sshKeysCredentialsId: text(),
        instanceCapStr: text(like: '\\d+'), templates: list(EC2_TEMPLATE),
    ], needs: ['cloudName', 'region', 'sshKeysCredentialsId', 'templates'], plugin: 'ec2')

    private static final Map KUBERNETES = object([
        name: text(), namespace: text(), jenkinsUrl: text(), webSocket: flag(), containerCapStr: text(like: '\\d+'),
        templates: list(object([
            name: text(), label: text(), nodeUsageMode: word('NORMAL', 'EXCLUSIVE'), serviceAccount: text(),
            idleMinutes: number(), showRawYaml: flag(),
            envVars: list(choice(envVar: object([key: text(), value: text()], needs: ['key', 'value']))),
            containers: list(object([
                name: text(), image: text(), workingDir: text(), resourceRequestCpu: text(), resourceRequestMemory: text(),
                resourceLimitCpu: text(), resourceLimitMemory: text(),
            ], needs: ['name', 'image'])),
        ], needs: ['name', 'label', 'containers'])),
    ], needs: ['name', 'templates'], plugin: 'kubernetes')

    private static final Map SCOPE = word('GLOBAL', 'SYSTEM')

    private static final Map CREDENTIALS = choice(
        usernamePassword: object([id: text(), scope: SCOPE, description: text(), username: text(), password: text()],
            needs: ['id', 'scope', 'username', 'password']),
        string: object([id: text(), scope: SCOPE, description: text(), secret: text()],
            needs: ['id', 'scope', 'secret'], plugin: 'plain-credentials'),
        basicSSHUserPrivateKey: object([
            id: text(), scope: SCOPE, description: text(), username: text(), passphrase: text(),
            privateKeySource: choice(directEntry: object([privateKey: text()], needs: ['privateKey'])),
        ], needs: ['id', 'scope', 'username', 'privateKeySource'], plugin: 'ssh-credentials'),
    )

    private static final Map LIBRARY = object([
        name: text(), defaultVersion: text(), implicit: flag(), allowVersionOverride: flag(), includeInChangesets: flag(),
        retriever: choice(modernSCM: object([scm: choice(git: object([
            remote: text(), credentialsId: text(), traits: list(choice(gitBranchDiscovery: object([:]), gitTagDiscovery: object([:]))),
        ], needs: ['remote'], plugin: 'git'))], needs: ['scm'])),
    ], needs: ['name', 'defaultVersion', 'implicit', 'retriever'])

    private static final Map JENKINS = object([
        systemMessage: text(), numExecutors: number(), mode: word('NORMAL', 'EXCLUSIVE'), slaveAgentPort: number(),
        noUsageStatistics: flag(), scmCheckoutRetryCount: number(), quietPeriod: number(),
        markupFormatter: word('plainText'),
        crumbIssuer: choice(standard: object([excludeClientIPFromCrumb: flag()])),
        securityRealm: choice(local: object([
            allowsSignup: flag(), users: list(object([id: text(), name: text(), password: text()], needs: ['id', 'password'])),
        ], needs: ['allowsSignup', 'users'])),
        authorizationStrategy: choice(projectMatrix: MATRIX, globalMatrix: MATRIX),
        globalNodeProperties: list(choice(envVars: object([env: ENV_VARS], needs: ['env']))),
        nodes: list(choice(permanent: PERMANENT)),
        clouds: list(choice(amazonEC2: EC2, kubernetes: KUBERNETES)),
    ])

    /** The whole file. */
    static final Map FILE = object([
        jenkins: JENKINS,
        security: object([
            apiToken: object([
                creationOfLegacyTokenEnabled: flag(), tokenGenerationOnCreationEnabled: flag(), usageStatisticsEnabled: flag(),
            ]),
            gitHostKeyVerificationConfiguration: object([sshHostKeyVerificationStrategy: HOST_KEYS], plugin: 'git'),
            globalJobDslSecurityConfiguration: object([useScriptSecurity: flag()], plugin: 'job-dsl'),
            queueItemAuthenticator: object([authenticators: list(choice(
                project: object([enabledStrategies: list(text()), disabledStrategies: list(text())]),
            ))], plugin: 'authorize-project'),
        ]),
        credentials: object([system: object([domainCredentials: list(object([credentials: list(CREDENTIALS)]))])],
            plugin: 'credentials-binding'),
        unclassified: object([
            location: object([url: text(), adminAddress: text()], needs: ['url', 'adminAddress']),
            globalLibraries: object([libraries: list(LIBRARY)], plugin: 'pipeline-groovy-lib'),
            globalDefaultFlowDurabilityLevel: object(
                [durabilityHint: word('MAX_SURVIVABILITY', 'SURVIVABLE_NONATOMIC', 'PERFORMANCE_OPTIMIZED')],
                plugin: 'workflow-aggregator'),
            timestamper: object([allPipelines: flag()], plugin: 'timestamper'),
        ]),
        jobs: list(choice(script: text()), plugin: 'job-dsl'),
    ], plugin: 'configuration-as-code')
}
