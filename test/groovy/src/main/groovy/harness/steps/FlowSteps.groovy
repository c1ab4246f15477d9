package harness.steps

import com.cloudbees.groovy.cps.Outcome
import harness.Block
import harness.CpsThread
import harness.Execution
import harness.Frame
import harness.StageRecord
import harness.StepContext
import harness.StepLibrary
import hudson.AbortException
import hudson.model.Result
import org.jenkinsci.plugins.workflow.cps.steps.ParallelStep.FailFastCause
import org.jenkinsci.plugins.workflow.steps.FlowInterruptedException

/** `stage`, `parallel`, `withEnv`: the shape of a build. */
class FlowSteps {
    static void register(StepLibrary steps) {
        steps.add('stage', 'name!:String concurrency:Number {}') { StepContext c ->
            c.build.stages << new StageRecord(c.args.name as String, c.record.path, c.record.branch)
            c.log("[Pipeline] stage: $c.args.name")
            c.runBody(new StageBlock(), "stage:$c.args.name", [stage: c.build.stages.size() - 1])
        }
        steps.add('parallel', '*') { StepContext c -> parallel(c) }
        steps.add('withEnv', 'overrides!:List {}') { StepContext c ->
            Map<String, String> overrides = c.args.overrides.collectEntries { Object pair ->
                int at = pair.toString().indexOf('=')
                if (at < 0) {
                    throw new IllegalArgumentException("Unexpected format: $pair")
                }
                [pair.toString().substring(0, at), pair.toString().substring(at + 1)]
            }
            c.runBody(new Block(), 'withEnv', [env: overrides])
        }
    }

    private static Object parallel(StepContext c) {
        Map<String, Object> branches = new LinkedHashMap<>(c.args)
        boolean failFast = branches.remove('failFast') as boolean
        branches.each { String name, Object body ->
            if (!(body instanceof Closure)) {
                throw new IllegalArgumentException("parallel takes closures only, but branch $name is ${body?.class?.name}")
            }
        }
        if (branches.isEmpty()) {
            return [:]
        }
        ParallelBlock block = new ParallelBlock(left: branches.size(), failFast: failFast, order: branches.keySet() as List)
        c.begin(block)
        branches.each { String name, Object body ->
            c.execution.startBody(block, body as Closure, new Frame(c.frame, "branch:$name", [branch: name, block: block.id]))
        }
        StepContext.PENDING
    }

    static class StageBlock extends Block {
        private static final long serialVersionUID = 1L

        @Override
        Outcome ended(Execution execution, CpsThread body, Outcome outcome) {
            StageRecord stage = execution.build.stages[body.frame.data.stage as int]
            if (outcome.failure) {
                stage.worsen(outcome.abnormal instanceof FlowInterruptedException ? outcome.abnormal.result : Result.FAILURE)
            }
            stage.end()
            outcome
        }
    }

    static class ParallelBlock extends Block {
        private static final long serialVersionUID = 1L
        int left
        boolean failFast
        List<String> order
        Map<String, Object> values = [:]
        List<Throwable> problems = []

        @Override
        Outcome ended(Execution execution, CpsThread body, Outcome outcome) {
            String name = body.frame.data.branch
            left--
            if (outcome.success) {
                values[name] = outcome.normal
            } else {
                execution.build.print("Failed in branch $name")
                problems << outcome.abnormal
                if (failFast && problems.size() == 1 && left > 0) {
                    execution.interruptions.interruptInside(id) { new FlowInterruptedException(Result.ABORTED, true, new FailFastCause(name)) }
                }
            }
            if (left > 0) {
                return null
            }
            if (problems) {
                // The first one counts; the others are told beside it.
                problems.drop(1).each { if (!it.is(problems[0])) { problems[0].addSuppressed(it) } }
                return new Outcome(null, problems[0])
            }
            new Outcome(order.collectEntries { [it, values[it]] }, null)
        }
    }
}
