package harness

import hudson.AbortException
import hudson.model.Result
import org.jenkinsci.plugins.workflow.steps.FlowInterruptedException

/**
 * A Jenkins that runs Jenkinsfiles with the shared library of a repository, and refuses what Jenkins would refuse.
 * What a spec sets here (credentials, answers, doubles) holds for every build that it runs.
 */
class Jenkins {
    /** The repository whose vars/, src/ and resources/ are the shared library. */
    final File root
    /** The names under which `@Library` may ask for it. */
    Set<String> libraryNames = ['automation-stack'] as Set
    /** True to load the library without `@Library`. */
    boolean implicitLibrary = false
    /** Steps whose plugin is not installed. */
    final Set<String> missing = [] as Set
    /** How long a process gets to end after an abort before `sh` gives it up (`REMOTE_TIMEOUT`), in milliseconds. */
    long stopMillis = 20000
    /** True to let a build with violations (see Build) pass: otherwise `run` throws an AssertionError. */
    boolean tolerant = false
    /** False to run what the sandbox would refuse. */
    boolean sandbox = true
    /** False to trust the library, as one that an administrator configures: the sandbox is for one of a folder. */
    boolean sandboxedLibrary = true
    /** Environment variables of every build, as an administrator sets them. */
    final Map<String, String> env = [:]
    /** Credentials by id: a String, `[username:, password:]`, `[file:, name:]`, `[key:, username:, passphrase:]`, `[accessKey:, secretKey:]`. */
    final Map<String, Object> credentials = [:]
    /** Lockable resources: name → labels. A name that is not here comes into being when it is locked, as in Jenkins. */
    final Map<String, List<String>> resources = [:]
    /** Resources that another build holds. */
    final Set<String> lockedElsewhere = [] as Set
    /** Milestone ordinal → the highest build number that has passed it, a job each. */
    final Map<String, Map<Integer, Integer>> milestones = [:].withDefault { [:] }
    final Agents agents = new Agents()
    final Map<String, Closure> doubles = [:]
    final List<Map> answers = []
    private final List<Map> strikes = []

    Jenkins(File root = Repository.root()) {
        this.root = root
    }

    /**
     * Replaces a step. The closure runs on the host, outside of CPS; it gets the arguments (and the StepContext if it
     * takes two), and returns the step's value or throws. A step with a body runs its body afterwards.
     */
    void step(String name, Closure run) {
        doubles[name] = run
    }

    /** Answers the next `input`: approved by that user, with values for its parameters. */
    void answer(String user, Map<String, Object> parameters = [:]) {
        answers << [user: user, parameters: parameters]
    }

    /** Answers the next `input`: refused by that user. */
    void refuse(String user) {
        answers << [user: user, refused: true]
    }

    /** Stops the build while the first step runs that the closure says true to; a process gets SIGTERM once it has printed something. */
    void abortAt(String user = 'admin', Closure<Boolean> which) {
        strikes << [which: which, interrupts: true, act: { Execution execution, CpsThread thread -> execution.interruptions.abort(user) }]
    }

    /** Takes the agent away while that step runs. */
    void loseAgentAt(Closure<Boolean> which) {
        strikes << [which: which, interrupts: true, act: { Execution execution, CpsThread thread -> execution.interruptions.loseAgent(thread.frame) }]
    }

    /** Lets the innermost `timeout` around that step expire while it runs. */
    void timeOutAt(Closure<Boolean> which) {
        strikes << [which: which, interrupts: true, act: { Execution execution, CpsThread thread -> execution.interruptions.timeOut(thread.frame) }]
    }

    /** Restarts the controller while that step runs: the program goes on from what was saved, with classes loaded anew. */
    void resumeAt(boolean every = false, Closure<Boolean> which) {
        strikes << [which: which, every: every, act: { Execution execution, CpsThread thread -> execution.restart = true }]
    }

    /** True where something that was asked for happens while that step runs, and keeps it from its end. */
    boolean interrupts(StepRecord record) {
        Map strike = strikes.find { !it.record && it.interrupts && it.which.call(record) }
        strike?.put('record', record)
        strike != null
    }

    /** Lets happen what was asked for at that step. */
    void strike(Execution execution, CpsThread thread, StepRecord record) {
        if (record.name == 'sh' && !strikes.any { it.record.is(record) } && interrupts(record) && thread.process) {
            execution.shells[thread.process].awaitOutput()
        }
        strikes.findAll { !it.interrupts && (!it.record || it.every) && it.which.call(record) }.each { it.record = record }
        strikes.findAll { it.record.is(record) }.each { it.act.call(execution, thread) }
    }

    /**
     * Runs a build.
     * @param options `branch`, `tag`, `change: [id:, target:]`, `env`, `params`, `number`, `job`, `workspace` (a
     *   directory), `scm` (a directory, cloned where it is a repository, else copied), `causes`, `previousBuild`
     */
    Build run(String jenkinsfile, Map<String, Object> options = [:]) {
        Build build = new Build(options)
        agents.begin(options)
        try {
            Jenkinsfile file = new Jenkinsfile(jenkinsfile)
            build.libraries = file.libraries
            Set<String> unknown = file.libraries.keySet() - libraryNames
            if (unknown) {
                throw new AbortException("Could not find any definition of libraries ${unknown.collect { file.libraries[it] ? "$it@${file.libraries[it]}" : it }}")
            }
            List<String> refused = sandbox ? Sandbox.refusedAsText(jenkinsfile, 'Jenkinsfile') : []
            if (refused) {
                throw new SecurityException(refused.join('\n'))
            }
            DeclarativeLint.check(jenkinsfile)
            Execution execution = prepare(build, file)
            Throwable problem = null
            // A program is a deep tree: saving it needs a deep stack.
            Thread thread = new Thread(null, { problem = execution.run() }, 'build', 512L << 20)
            thread.start()
            thread.join()
            end(build, problem)
        } catch (Exception | Error problem) {
            end(build, problem)
        }
        if (!tolerant && build.violations) {
            throw new AssertionError(build.violations.join('\n') as Object)
        }
        build
    }

    private Execution prepare(Build build, Jenkinsfile file) {
        SharedLibrary library = SharedLibrary.of(root, sandboxedLibrary)
        boolean loads = implicitLibrary || file.libraries
        Map<String, byte[]> known = loads ? Prelude.with(library) : Prelude.bytes()
        Map<String, byte[]> bytes = new HashMap<>(known)
        bytes.putAll(file.compile(known, sandbox))
        Map<String, Object> params = (build.options.params ?: [:]) as Map
        Map<String, Object> fixed = [env: EnvHandle.INSTANCE, currentBuild: BuildHandle.INSTANCE, scm: ScmHandle.INSTANCE, params: new LinkedHashMap(params).asImmutable()]
        new Execution(this, build, library, loads ? library.vars : [] as Set<String>, bytes, baseEnvironment(build, params), fixed)
    }

    private Map<String, String> baseEnvironment(Build build, Map<String, Object> params) {
        Map<String, Object> all = [
            BUILD_NUMBER: build.number, BUILD_ID: build.number, BUILD_URL: build.url, BUILD_TAG: "jenkins-${build.jobName.replace('/', '-')}-$build.number",
            BUILD_DISPLAY_NAME: build.displayName, JOB_NAME: build.jobName, JOB_BASE_NAME: build.jobName.tokenize('/').last(),
            JOB_URL: build.url.replaceFirst('[0-9]+/$', ''), JENKINS_URL: 'https://jenkins.example.com/', CI: 'true',
            BRANCH_NAME: build.options.branch, TAG_NAME: build.options.tag,
            CHANGE_ID: build.options.change?.id, CHANGE_TARGET: build.options.change?.target,
        ]
        (all + params + env + ((build.options.env ?: [:]) as Map)).findAll { it.value != null }.collectEntries { [it.key, it.value.toString()] }
    }

    private static void end(Build build, Throwable problem) {
        build.failure = problem
        if (problem == null) {
            return
        }
        if (problem instanceof FlowInterruptedException) {
            build.worsen(problem.result)
            problem.causes.each { build.print(it.shortDescription) }
        } else {
            build.worsen(Result.FAILURE)
            build.print(problem instanceof AbortException ? "ERROR: $problem.message" : ([problem.toString()] + problem.stackTrace.take(25).collect { "\tat $it" }).join('\n'))
        }
    }
}
