package pipelines

/**
 * The part of the Job DSL that this project uses, as Job DSL has it: what may be called in which block, with what.
 *
 * A method: `takes` lists its argument types, or several such lists; `block` names the block that its closure fills;
 * `many` where it may be called more than once. A block: `needs` lists what must be called in it; `dynamic` marks blocks
 * that Job DSL derives from a plugin's configuration, where a call never reaches the script's own methods.
 */
class JobDslApi {
    static final Map<String, Map> BLOCKS = [
        script: [calls: [
            folder: item('folder'),
            multibranchPipelineJob: item('multibranch'),
            pipelineJob: item('pipeline'),
            listView: item('view'),
            queue: [takes: ['name'], many: true],
        ]],

        folder: [calls: [
            displayName: [takes: ['text']], description: [takes: ['text']], properties: [block: 'folderProperties'],
        ]],
        folderProperties: [dynamic: true, calls: [authorizationMatrix: [block: 'authorizationMatrix']]],
        authorizationMatrix: [dynamic: true, needs: ['entries'], calls: [
            inheritanceStrategy: [block: 'inheritanceStrategy'], entries: [block: 'authorizationEntries'],
        ]],
        inheritanceStrategy: [dynamic: true, calls: [inheriting: [:], nonInheriting: [:], inheritingGlobal: [:]]],
        authorizationEntries: [dynamic: true, calls: [
            user: [block: 'authorizationEntry', many: true], group: [block: 'authorizationEntry', many: true],
        ]],
        authorizationEntry: [dynamic: true, needs: ['name', 'permissions'], calls: [
            name: [takes: ['name']], permissions: [takes: ['permissions']],
        ]],

        multibranch: [needs: ['branchSources'], calls: [
            displayName: [takes: ['text']], description: [takes: ['text']],
            branchSources: [block: 'branchSources'],
            factory: [block: 'factory'],
            orphanedItemStrategy: [block: 'orphanedItemStrategy'],
            triggers: [block: 'folderTriggers'],
        ]],
        branchSources: [needs: ['branchSource'], calls: [branchSource: [block: 'branchSource', many: true]]],
        branchSource: [dynamic: true, needs: ['source'], calls: [source: [block: 'source']]],
        source: [dynamic: true, oneOf: true, calls: [git: [block: 'gitSource'], github: [block: 'gitHubSource']]],
        gitSource: [dynamic: true, needs: ['id', 'remote'], calls: [
            id: [takes: ['name']], remote: [takes: ['name']], credentialsId: [takes: ['name']], traits: [block: 'traits'],
        ]],
        gitHubSource: [dynamic: true, needs: ['id', 'repoOwner', 'repository', 'repositoryUrl', 'configuredByUrl'], calls: [
            id: [takes: ['name']], repoOwner: [takes: ['name']], repository: [takes: ['name']],
            repositoryUrl: [takes: ['name']], configuredByUrl: [takes: ['flag']], credentialsId: [takes: ['name']],
            apiUri: [takes: ['name']], traits: [block: 'traits'],
        ]],
        traits: [dynamic: true, calls: [
            gitBranchDiscovery: [:], gitTagDiscovery: [:],
            gitHubBranchDiscovery: [block: 'strategy'], gitHubPullRequestDiscovery: [block: 'strategy'],
            headWildcardFilter: [block: 'headWildcardFilter'], gitCloneOptionTrait: [block: 'cloneOptionTrait'],
        ]],
        cloneOptionTrait: [dynamic: true, needs: ['extension'], calls: [extension: [block: 'cloneOption']]],
        cloneOption: [dynamic: true, needs: ['shallow', 'noTags', 'reference', 'timeout'], calls: [
            shallow: [takes: ['flag']], noTags: [takes: ['flag']], reference: [takes: ['text']], timeout: [takes: ['number']],
            depth: [takes: ['number']], honorRefspec: [takes: ['flag']],
        ]],
        strategy: [dynamic: true, needs: ['strategyId'], calls: [strategyId: [takes: ['number']]]],
        headWildcardFilter: [dynamic: true, needs: ['includes', 'excludes'], calls: [
            includes: [takes: ['text']], excludes: [takes: ['text']],
        ]],
        factory: [calls: [workflowBranchProjectFactory: [block: 'workflowBranchProjectFactory']]],
        workflowBranchProjectFactory: [needs: ['scriptPath'], calls: [scriptPath: [takes: ['name']]]],
        orphanedItemStrategy: [calls: [discardOldItems: [block: 'discardOldItems']]],
        discardOldItems: [calls: [daysToKeep: [takes: ['number']], numToKeep: [takes: ['number']]]],
        folderTriggers: [calls: [periodicFolderTrigger: [block: 'periodicFolderTrigger']]],
        periodicFolderTrigger: [dynamic: true, needs: ['interval'], calls: [interval: [takes: ['interval']]]],

        pipeline: [needs: ['definition'], calls: [
            displayName: [takes: ['text']], description: [takes: ['text']],
            parameters: [block: 'parameters'], properties: [block: 'jobProperties'], definition: [block: 'definition'],
        ]],
        parameters: [calls: [
            choiceParam: [takes: [['name', 'texts'], ['name', 'texts', 'text']], many: true],
            stringParam: [takes: [['name'], ['name', 'text'], ['name', 'text', 'text']], many: true],
            booleanParam: [takes: [['name'], ['name', 'flag'], ['name', 'flag', 'text']], many: true],
        ]],
        jobProperties: [dynamic: true, calls: [
            pipelineTriggers: [block: 'pipelineTriggers'], authorizeProjectProperty: [block: 'authorizeProjectProperty'],
            disableConcurrentBuilds: [:],
        ]],
        pipelineTriggers: [dynamic: true, needs: ['triggers'], calls: [triggers: [block: 'jobTriggers']]],
        jobTriggers: [dynamic: true, calls: [cron: [block: 'cron'], pollSCM: [block: 'pollSCM']]],
        pollSCM: [dynamic: true, needs: ['scmpoll_spec'], calls: [scmpoll_spec: [takes: ['name']], ignorePostCommitHooks: [takes: ['flag']]]],
        cron: [dynamic: true, needs: ['spec'], calls: [spec: [takes: ['name']]]],
        authorizeProjectProperty: [dynamic: true, needs: ['strategy'], calls: [strategy: [block: 'runAs']]],
        runAs: [dynamic: true, oneOf: true, calls: [
            specificUsersAuthorizationStrategy: [block: 'specificUser'], triggeringUsersAuthorizationStrategy: [:],
        ]],
        specificUser: [dynamic: true, needs: ['userid', 'useApitoken', 'apitoken', 'password'], calls: [
            userid: [takes: ['name']], useApitoken: [takes: ['flag']], apitoken: [takes: ['text']],
            password: [takes: ['text']], dontRestrictJobConfiguration: [takes: ['flag']],
        ]],
        definition: [oneOf: true, calls: [cps: [block: 'cps'], cpsScm: [block: 'cpsScm']]],
        cps: [needs: ['script'], calls: [script: [takes: ['name']], sandbox: [takes: [[], ['flag']]]]],
        cpsScm: [needs: ['scm'], calls: [
            scm: [block: 'scm'], scriptPath: [takes: ['name']], lightweight: [takes: [[], ['flag']]],
        ]],
        scm: [oneOf: true, calls: [git: [block: 'git']]],
        git: [needs: ['remote'], calls: [remote: [block: 'remote', many: true], branch: [takes: ['name']]]],
        remote: [needs: ['url'], calls: [
            url: [takes: ['name']], credentials: [takes: ['name']], name: [takes: ['name']],
        ]],

        view: [calls: [
            description: [takes: ['text']], recurse: [takes: [[], ['flag']]], jobs: [block: 'viewJobs'], columns: [block: 'columns'],
        ]],
        viewJobs: [calls: [
            name: [takes: ['name'], many: true], names: [takes: ['texts'], many: true], regex: [takes: ['name']],
        ]],
        columns: [calls: [
            status: [:], weather: [:], name: [:], lastSuccess: [:], lastFailure: [:], lastDuration: [:], buildButton: [:],
        ]],
    ]

    /** What an argument of a type must be, in words, and whether it is. Text may be interpolated. */
    static final Map<String, List> TYPES = [
        name: ['text that is not empty', { it instanceof CharSequence && it.toString().trim() }],
        text: ['text', { it instanceof CharSequence }],
        texts: ['a list of text that is not empty', { it instanceof List && it && it.every { entry -> entry instanceof CharSequence } }],
        flag: ['true or false', { it instanceof Boolean }],
        number: ['a whole number', { it instanceof Integer }],
        interval: ['an interval that Jenkins offers, such as 15m or 1d', { it.toString() in INTERVALS }],
        permissions: ['a list of permissions, such as Job/Read', { it instanceof List && it && it.every { entry -> entry ==~ PERMISSION } }],
    ]

    private static final List<String> INTERVALS =
        '1m 2m 5m 10m 15m 20m 25m 30m 1h 2h 4h 8h 12h 1d 2d 1w 2w 4w'.tokenize(' ')
    private static final String PERMISSION =
        '(Credentials|Job|Run|View|SCM)/(Build|Cancel|Configure|Create|Delete|Discover|Read|Replay|Tag|Update|View|Workspace)'

    private static Map item(String block) {
        [takes: ['name'], block: block, many: true]
    }
}
