package pipelines

/** The delegate of a block: takes the calls that the block allows, and refuses the others. */
class JobDslBlock {
    private final JobDslRecorder jobDslRecorder
    private final String jobDslBlock
    private final JobDslNode jobDslNode

    JobDslBlock(JobDslRecorder recorder, String block, JobDslNode node) {
        jobDslRecorder = recorder
        jobDslBlock = block
        jobDslNode = node
    }

    def methodMissing(String name, Object given) {
        jobDslRecorder.call(jobDslBlock, jobDslNode, name, given as List)
    }
}
