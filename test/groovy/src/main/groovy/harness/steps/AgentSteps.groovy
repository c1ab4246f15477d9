package harness.steps

import com.cloudbees.groovy.cps.Outcome
import harness.Block
import harness.CpsThread
import harness.Execution
import harness.ProcessTree
import harness.StepContext
import harness.StepLibrary
import hudson.AbortException

/** `node`, containers and pods: where steps run. A container is recorded, its body runs on the same machine. */
class AgentSteps {
    static void register(StepLibrary steps) {
        steps.add('node', 'label:String {}') { StepContext c ->
            Map<String, String> taken = c.jenkins.agents.take(c.args.label as String)
            if (taken == null) {
                c.thread.waitsFor = "an agent with the label $c.args.label"
                return StepContext.PENDING
            }
            c.log("Running on $taken.agent in $taken.workspace")
            String cookie = UUID.randomUUID()
            Map<String, String> env = [NODE_NAME: taken.agent, NODE_LABELS: (c.args.label ?: taken.agent) as String, EXECUTOR_NUMBER: '0', WORKSPACE: taken.workspace, WORKSPACE_TMP: taken.workspace + '@tmp', JENKINS_NODE_COOKIE: cookie]
            c.runBody(new NodeBlock(workspace: taken.workspace, cookie: cookie), 'node', [agent: taken.agent, label: c.args.label, workspace: taken.workspace, dir: taken.workspace, env: env])
        }
        steps.addOnAgent('ws', 'dir!:String {}') { StepContext c ->
            File directory = c.file(c.args.dir)
            directory.mkdirs()
            c.runBody(new Block(), 'ws', [workspace: directory.path, dir: directory.path, env: [WORKSPACE: directory.path, WORKSPACE_TMP: directory.path + '@tmp']])
        }
        steps.addOnAgent('isUnix', '') { StepContext c -> true }
        steps.addOnAgent('withDockerContainer', 'image!:String args:String toolName:String {}') { StepContext c ->
            String mark = UUID.randomUUID()
            c.runBody(new ContainerBlock(mark: mark), "container:$c.args.image", [container: c.args.image, env: [HARNESS_CONTAINER: mark]])
        }
        steps.addOnAgent('container', 'name!:String shell:String {}') { StepContext c ->
            c.runBody(new Block(), "container:$c.args.name", [container: c.args.name])
        }
        steps.add('podTemplate', 'label:String name:String yaml:String yamlFile:String cloud:String namespace:String serviceAccount:String inheritFrom:String containers:List volumes:List envVars:List yamlMergeStrategy idleMinutes:Number slaveConnectTimeout:Number nodeSelector:String workspaceVolume showRawYaml:Boolean {}') { StepContext c ->
            c.runBody(new Block(), 'podTemplate', [env: [POD_LABEL: (c.args.label ?: "pod-$c.record.number") as String]])
        }
        steps.addOnAgent('cleanWs', 'deleteDirs:Boolean disableDeferredWipeout:Boolean notFailBuild:Boolean patterns:List cleanWhenAborted:Boolean cleanWhenFailure:Boolean cleanWhenNotBuilt:Boolean cleanWhenSuccess:Boolean cleanWhenUnstable:Boolean cleanupMatrixParent:Boolean externalDelete:String skipWhenFailed:Boolean') { StepContext c ->
            c.workspace.deleteDir()
            c.workspace.mkdirs()
            null
        }
    }

    /** A container of a Docker image lives as long as its body does. */
    static class ContainerBlock extends Block {
        private static final long serialVersionUID = 1L
        String mark

        @Override
        Outcome ended(Execution execution, CpsThread body, Outcome outcome) {
            ProcessTree.kill('HARNESS_CONTAINER', mark)
            outcome
        }
    }

    static class NodeBlock extends Block {
        private static final long serialVersionUID = 1L
        String workspace
        String cookie

        @Override
        Outcome ended(Execution execution, CpsThread body, Outcome outcome) {
            // What was left behind on the agent goes with it.
            ProcessTree.end('JENKINS_NODE_COOKIE', cookie, 5000)
            execution.jenkins.agents.release(workspace)
            outcome
        }
    }
}
