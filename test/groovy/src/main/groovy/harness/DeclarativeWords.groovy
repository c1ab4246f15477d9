package harness

/** The names that the declarative parser knows, section by section. */
class DeclarativeWords {
    static final List<String> ROOT = ['agent', 'stages', 'post', 'options', 'parameters', 'environment', 'triggers', 'tools', 'libraries']
    static final List<String> STAGE = ['agent', 'steps', 'stages', 'parallel', 'matrix', 'when', 'environment', 'tools', 'options', 'input', 'post', 'failFast']
    static final List<String> AGENTS = ['label', 'node', 'docker', 'dockerfile', 'kubernetes']
    static final List<String> OPTIONS = [
        'buildDiscarder', 'catchError', 'checkoutToSubdirectory', 'copyArtifactPermission', 'disableConcurrentBuilds', 'disableResume', 'durabilityHint',
        'newContainerPerStage', 'overrideIndexTriggers', 'parallelsAlwaysFailFast', 'preserveStashes', 'quietPeriod', 'rateLimitBuilds', 'retry',
        'skipDefaultCheckout', 'skipStagesAfterUnstable', 'timeout', 'timestamps', 'ansiColor', 'lock',
    ]
    static final List<String> STAGE_OPTIONS = ['skipDefaultCheckout', 'timeout', 'retry', 'timestamps', 'ansiColor', 'lock', 'catchError', 'warnError']
    static final List<String> TRIGGERS = ['cron', 'pollSCM', 'upstream', 'githubPush', 'bitbucketPush', 'gitlab', 'GenericTrigger', 'parameterizedCron']
    static final List<String> PARAMETERS = ['string', 'text', 'booleanParam', 'choice', 'password', 'file', 'credentials']
    static final List<String> CONDITIONS = ['always', 'changed', 'fixed', 'regression', 'aborted', 'failure', 'success', 'unstable', 'unsuccessful', 'notBuilt', 'cleanup']
    static final List<String> WHEN = [
        'branch', 'buildingTag', 'changelog', 'changeset', 'changeRequest', 'environment', 'equals', 'expression', 'tag', 'triggeredBy', 'isRestartedRun',
        'allOf', 'anyOf', 'not', 'beforeAgent', 'beforeInput', 'beforeOptions',
    ]
    static final List<String> INPUT = ['message', 'id', 'ok', 'submitter', 'submitterParameter', 'parameters', 'cancel']
}
