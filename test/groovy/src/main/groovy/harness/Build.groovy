package harness

import hudson.model.Result

/** A build: what `Jenkins.run` was given, and what came of it. */
class Build {
    /** What `run` was given beside the Jenkinsfile. */
    final Map<String, Object> options
    final int number
    final String jobName
    final String url
    String description
    String displayName
    /** Every step in the order in which it began. */
    final List<StepRecord> steps = []
    /** Every stage in the order in which it began. */
    final List<StageRecord> stages = []
    /** What is not an error in Jenkins, but wrong: an `input` that keeps an agent waiting. */
    final List<String> violations = []
    /** What was stashed: name → path → file. */
    final Map<String, Map<String, StashedFile>> stashes = [:]
    /** The milestones that were reached. */
    final List<Integer> milestones = []
    /** What was kept with the build: `artifact`, `junit` and `html`, an entry for each time. */
    final Map<String, List> published = [:].withDefault { [] }
    /** What `properties`, or a declarative pipeline's sections, set for the job: plain data. */
    final List jobProperties = []
    /** Library name → version that the Jenkinsfile asks for. */
    Map<String, String> libraries = [:]
    /** The exception that ended the program; null where it ended well. */
    Throwable failure
    /** How often the whole program was saved and read back, and how large it was at most, in bytes. */
    int saves = 0
    int largestSave = 0
    Result currentResult
    private final StringBuilder console = new StringBuilder()

    Build(Map<String, Object> options) {
        this.options = options
        number = (options.number ?: 1) as int
        jobName = (options.job ?: (options.branch ? "application/${URLEncoder.encode(options.branch as String, 'UTF-8')}" : 'application')) as String
        url = "https://jenkins.example.com/job/${jobName.replace('/', '/job/')}/$number/"
        displayName = "#$number"
    }

    /** SUCCESS, UNSTABLE, FAILURE, NOT_BUILT or ABORTED. */
    String getResult() {
        (currentResult ?: Result.SUCCESS).toString()
    }

    /** The console. */
    String getLog() {
        console.toString()
    }

    void print(String text) {
        console << text
        if (!text.endsWith('\n')) {
            console << '\n'
        }
    }

    void worsen(Result result) {
        currentResult = (currentResult ?: Result.SUCCESS).combine(result)
    }

    /** The steps of that name. */
    List<StepRecord> steps(String name) {
        steps.findAll { it.name == name }
    }

    /** The stage of that name, or null. */
    StageRecord stage(String name) {
        stages.find { it.name == name }
    }

    /** For a failing spec: what happened, step by step. */
    @Override
    String toString() {
        "$jobName #$number: $result\n" + steps.collect { '  ' + it }.join('\n') + (failure ? "\n  $failure" : '') + "\n$log"
    }
}

/** A file of a stash. */
class StashedFile {
    final byte[] bytes
    final boolean executable

    StashedFile(byte[] bytes, boolean executable) {
        this.bytes = bytes
        this.executable = executable
    }

    @Override
    String toString() {
        "${bytes.length} bytes"
    }
}

/** A step that began. */
class StepRecord {
    final int number
    final String name
    /** Plain data: strings, numbers, lists, maps. */
    final Map<String, Object> args
    /** The enclosing blocks from the outermost, for example `['node', 'stage:Deploy', 'withEnv']`. */
    final List<String> path
    /** The branch of `parallel` it runs in, or null. */
    final String branch
    /** What it returned, or threw; both null while it runs and where it returned null. */
    Object value
    Throwable failure

    StepRecord(int number, String name, Map<String, Object> args, List<String> path, String branch) {
        this.number = number
        this.name = name
        this.args = args
        this.path = path
        this.branch = branch
    }

    /** True inside a block of that name, for example `node` or `stage:Deploy`. */
    boolean inside(String block) {
        path.any { it == block || it.startsWith(block + ':') }
    }

    @Override
    String toString() {
        "${path.collect { it + ' > ' }.join('')}$name $args" + (failure ? " threw $failure" : '')
    }
}

/** A stage that began, or was skipped. */
class StageRecord {
    final String name
    final List<String> path
    final String branch
    /** SUCCESS, UNSTABLE, FAILURE, ABORTED, SKIPPED; RUNNING until it ends. */
    String status = 'RUNNING'

    StageRecord(String name, List<String> path, String branch) {
        this.name = name
        this.path = path
        this.branch = branch
    }

    void worsen(Result result) {
        if (status in ['RUNNING', 'SUCCESS'] || Result.fromString(status).ordinal < result.ordinal) {
            status = result.toString()
        }
    }

    void end() {
        if (status == 'RUNNING') {
            status = 'SUCCESS'
        }
    }

    @Override
    String toString() {
        "$name: $status"
    }
}
