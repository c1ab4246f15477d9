package harness.steps

import harness.Shell
import harness.StepContext
import harness.StepLibrary

/** `sh`: a real /bin/sh, in the step's directory, with the build's environment. */
class ShellStep {
    static void register(StepLibrary steps) {
        steps.addOnAgent('sh', 'script!:String returnStdout:Boolean returnStatus:Boolean label:String encoding:String') { StepContext c ->
            if (c.args.returnStdout && c.args.returnStatus) {
                throw new IllegalArgumentException('Cannot specify both returnStdout and returnStatus')
            }
            File scratch = new File(c.temporary, "durable-$c.record.number")
            c.execution.shells[c.record.number] = new Shell(c.args.script as String, scratch, c.directory, c.environment, c.args.returnStdout as boolean)
            c.thread.process = c.record.number
            StepContext.PENDING
        }
        ['bat', 'powershell', 'pwsh'].each { String name ->
            steps.addOnAgent(name, 'script!:String returnStdout:Boolean returnStatus:Boolean label:String encoding:String') { StepContext c ->
                throw new IOException("Batch scripts can only be run on Windows nodes: $name")
            }
        }
    }
}
