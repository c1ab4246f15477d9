package pipelines

/** The base class of recorded scripts: what Job DSL offers outside of any block. */
abstract class JobDslScript extends Script {
    String readFileFromWorkspace(String path) {
        recorder().workspaceFile(path)
    }

    def methodMissing(String name, Object given) {
        recorder().call('script', recorder().root, name, given as List)
    }

    private JobDslRecorder recorder() {
        binding.getVariable(JobDslRecorder.SELF) as JobDslRecorder
    }
}
