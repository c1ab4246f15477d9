package harness.steps

import com.cloudbees.groovy.cps.Outcome
import harness.Block
import harness.CpsThread
import harness.Describable
import harness.Execution
import harness.Frame
import harness.StepContext
import harness.StepLibrary
import hudson.AbortException
import hudson.model.Result
import org.jenkinsci.plugins.workflow.steps.FlowInterruptedException
import org.jenkinsci.plugins.workflow.support.steps.ExecutorStepExecution.RemovedNodeCause

/** Steps that decide what becomes of their body: again, not too long, whatever it throws. */
class ControlSteps {
    static void register(StepLibrary steps) {
        steps.add('timeout', 'time!:Number unit:String activity:Boolean {}') { StepContext c ->
            long limit = milliseconds(c.args.time, c.arg('unit', 'MINUTES'))
            c.runBody(new Block(), 'timeout', [deadline: c.execution.clock + limit])
        }
        steps.add('retry', 'count!:Number conditions:List {}') { StepContext c ->
            if ((c.args.count as int) < 1) {
                throw new IllegalArgumentException('count must be a positive integer')
            }
            c.runBody(new RetryBlock(left: c.args.count as int, conditions: (c.args.conditions ?: []).collect { Describable it -> it.symbol }))
        }
        steps.add('catchError', 'message:String buildResult:String stageResult:String catchInterruptions:Boolean {}') { StepContext c ->
            known(c.args)
            c.runBody(new CatchBlock(message: c.args.message, buildResult: c.arg('buildResult', 'FAILURE'), stageResult: c.arg('stageResult', 'SUCCESS'), interruptions: c.arg('catchInterruptions', true)))
        }
        steps.add('warnError', 'message!:String catchInterruptions:Boolean {}') { StepContext c ->
            c.runBody(new CatchBlock(message: c.args.message, buildResult: 'UNSTABLE', stageResult: 'UNSTABLE', interruptions: c.arg('catchInterruptions', true)))
        }
        steps.add('waitUntil', 'initialRecurrencePeriod:Number quiet:Boolean {}') { StepContext c ->
            c.runBody(new WaitBlock(pause: c.arg('initialRecurrencePeriod', 250) as long))
        }
    }

    private static void known(Map<String, Object> args) {
        for (String name : ['buildResult', 'stageResult']) {
            String value = args[name]
            if (value != null && Result.fromString(value).toString() != value.toUpperCase(Locale.ROOT)) {
                throw new IllegalArgumentException("$name is invalid: $value. Valid options are SUCCESS, UNSTABLE, FAILURE, NOT_BUILT and ABORTED.")
            }
        }
    }

    static long milliseconds(Object time, Object unit) {
        java.util.concurrent.TimeUnit.valueOf(unit as String).toMillis(time as long)
    }

    /** Says in the console what was thrown, as Jenkins does. */
    static void tell(Execution execution, Throwable problem) {
        execution.build.print(problem instanceof AbortException ? "ERROR: $problem.message" : problem.toString())
    }

    static class RetryBlock extends Block {
        private static final long serialVersionUID = 1L
        int left
        List<String> conditions

        @Override
        Outcome ended(Execution execution, CpsThread body, Outcome outcome) {
            left--
            if (outcome.success || left <= 0 || !again(outcome.abnormal)) {
                return outcome
            }
            tell(execution, outcome.abnormal)
            execution.build.print('Retrying')
            execution.startBody(this, call.body, body.frame)
            null
        }

        /** An abort is never tried again; a lost agent is, if the conditions say so or there are none. */
        private boolean again(Throwable problem) {
            boolean interrupted = problem instanceof FlowInterruptedException
            if (conditions.empty) {
                return !(interrupted && problem.actualInterruption)
            }
            conditions.contains('agent') && (interrupted ? problem.causes.any { it instanceof RemovedNodeCause } : isOfAgent(problem))
        }
    }

    /** What else Jenkins takes for the agent's fault. */
    static boolean isOfAgent(Throwable problem) {
        problem != null && (problem.class.simpleName in ['ClosedChannelException', 'AgentOfflineException', 'MissingContextVariableException'] || isOfAgent(problem.cause))
    }

    static class CatchBlock extends Block {
        private static final long serialVersionUID = 1L
        String message
        String buildResult
        String stageResult
        boolean interruptions

        @Override
        Outcome ended(Execution execution, CpsThread body, Outcome outcome) {
            if (outcome.success || (!interruptions && outcome.abnormal instanceof FlowInterruptedException)) {
                return outcome
            }
            if (message) {
                execution.build.print(message)
            }
            tell(execution, outcome.abnormal)
            Result result = Result.fromString(buildResult)
            if (result.isWorseThan(Result.SUCCESS)) {
                execution.build.worsen(result)
            }
            Result ofStage = Result.fromString(stageResult)
            if (ofStage.isWorseThan(Result.SUCCESS)) {
                outer.all('stage').each { Object index -> execution.build.stages[index as int].worsen(ofStage) }
            }
            new Outcome(null, null)
        }
    }

    static class WaitBlock extends Block {
        private static final long serialVersionUID = 1L
        long pause

        @Override
        Outcome ended(Execution execution, CpsThread body, Outcome outcome) {
            if (outcome.failure || outcome.normal == true) {
                return outcome.failure ? outcome : new Outcome(null, null)
            }
            if (!(outcome.normal instanceof Boolean)) {
                return new Outcome(null, new ClassCastException("body return value ${outcome.normal} is not boolean"))
            }
            CpsThread next = execution.startBody(this, call.body, body.frame)
            next.next = null
            next.waitsFor = 'waitUntil'
            next.wakeAt = execution.clock + pause
            pause = Math.min((long) (pause * 1.2), 15000L)
            null
        }
    }
}
