package harness

import groovy.transform.CompileStatic
import org.jenkinsci.plugins.workflow.steps.MissingContextVariableException

/** What a step double is given: its arguments, and the build around it. */
@CompileStatic
class StepContext {
    /** What a double returns whose step goes on: a body runs, a process runs, a lock is held by another. */
    static final Object PENDING = new Object()

    final Execution execution
    final CpsThread thread
    final StepCall call
    final StepRecord record

    StepContext(Execution execution, CpsThread thread, StepCall call, StepRecord record) {
        this.execution = execution
        this.thread = thread
        this.call = call
        this.record = record
    }

    Map<String, Object> getArgs() {
        call.args
    }

    Object arg(String name, Object otherwise) {
        Object value = call.args.get(name)
        value == null ? otherwise : value
    }

    Jenkins getJenkins() {
        execution.jenkins
    }

    Build getBuild() {
        execution.build
    }

    Frame getFrame() {
        thread.frame
    }

    Map<String, String> getEnvironment() {
        execution.environment.of(thread.frame)
    }

    void log(Object text) {
        build.print(Secrets.mask(String.valueOf(text), thread.frame))
    }

    /** The directory where the step runs. @throws MissingContextVariableException outside of `node` */
    File getDirectory() {
        String path = (String) thread.frame.find('dir')
        if (path == null) {
            throw new MissingContextVariableException('hudson.FilePath', call.name)
        }
        new File(path)
    }

    /** A file by a path relative to the directory. */
    File file(Object path) {
        File given = new File(String.valueOf(path))
        given.absolute ? given : new File(directory, given.path)
    }

    File getWorkspace() {
        directory
        new File((String) thread.frame.find('workspace'))
    }

    /** A directory beside the workspace that is not part of it: `workspace@tmp`. */
    File getTemporary() {
        new File(workspace.path + '@tmp')
    }

    /** Runs the step's body inside a frame; returns what a double must return then. */
    Object runBody(Block block = new Block(), String frameName = call.name, Map<String, Object> data = [:]) {
        begin(block)
        data.put('block', block.id)
        execution.startBody(block, call.body, new Frame(thread.frame, frameName, data))
        PENDING
    }

    /** Makes the thread wait for a block. */
    void begin(Block block) {
        block.id = ++execution.program.lastBlock
        block.call = call
        block.waiter = thread.id
        block.step = record.number
        block.outer = thread.frame
        execution.program.blocks.put(block.id, block)
        thread.block = block.id
    }
}
