package pipelines

/** What Job DSL, or its sandbox, would refuse; the message names the line. */
class JobDslProblem extends RuntimeException {
    JobDslProblem(String message) {
        super(message)
    }
}
