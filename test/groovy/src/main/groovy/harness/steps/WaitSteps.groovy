package harness.steps

import com.cloudbees.groovy.cps.Outcome
import harness.Block
import harness.CpsThread
import harness.Describable
import harness.Execution
import harness.StepContext
import harness.StepLibrary
import hudson.AbortException
import hudson.model.Result
import org.jenkinsci.plugins.pipeline.milestone.CancelledCause
import org.jenkinsci.plugins.workflow.steps.FlowInterruptedException
import org.jenkinsci.plugins.workflow.support.steps.input.Rejection

/** Steps that wait for a person, for another build or for a resource. */
class WaitSteps {
    static void register(StepLibrary steps) {
        steps.add('input', 'message!:String id:String ok:String cancel:String submitter:String submitterParameter:String parameters:List') { StepContext c -> input(c) }
        steps.add('milestone', 'ordinal?:Number label:String unsafe:Boolean') { StepContext c -> milestone(c) }
        steps.add('lock', 'resource?:String label:String quantity:Number inversePrecedence:Boolean skipIfLocked:Boolean variable:String extra:List reason:String priority:Number resourceSelectStrategy:String {}') { StepContext c -> lock(c) }
    }

    private static Object input(StepContext c) {
        if (c.frame.find('agent') != null) {
            c.build.violations << "input '$c.args.message' waits inside node: it keeps an agent busy for as long as nobody answers (${c.record.path.join(' > ')})".toString()
        }
        c.log("$c.args.message")
        if (c.jenkins.answers.isEmpty()) {
            c.thread.waitsFor = 'somebody to answer: give one by jenkins.answer or jenkins.refuse'
            return StepContext.PENDING
        }
        Map answer = c.jenkins.answers.remove(0)
        List<String> allowed = ((c.args.submitter ?: '') as String).split(',')*.trim().findAll { it }
        if (allowed && !([answer.user] + (answer.groups ?: [])).any { it in allowed }) {
            throw new IllegalStateException("The spec answers as $answer.user, but only $allowed may answer this input")
        }
        if (answer.refused) {
            c.log("Rejected by $answer.user")
            throw new FlowInterruptedException(Result.ABORTED, true, new Rejection(answer.user as String))
        }
        c.log("Approved by $answer.user")
        Map<String, Object> values = [:]
        c.args.parameters.each { Describable parameter ->
            String name = parameter.args.name
            Object fallback = parameter.symbol == 'choice' ? first(parameter.args.choices) : parameter.args.defaultValue
            values[name] = answer.parameters.containsKey(name) ? answer.parameters[name] : fallback
            if (parameter.symbol == 'choice' && !(values[name] in list(parameter.args.choices))) {
                throw new IllegalStateException("The spec chooses ${values[name]} for $name, which is none of the choices")
            }
        }
        Set<String> unknown = (answer.parameters.keySet() - values.keySet()) as Set<String>
        if (unknown) {
            throw new IllegalStateException("The spec answers with parameters that this input does not have: $unknown")
        }
        if (c.args.submitterParameter) {
            values[c.args.submitterParameter as String] = answer.user
        }
        values.isEmpty() ? null : values.size() == 1 ? values.values().first() : values
    }

    private static List list(Object choices) {
        choices instanceof List ? choices : choices.toString().readLines()
    }

    private static Object first(Object choices) {
        list(choices)[0]
    }

    /** Builds pass a milestone in the order of their numbers; one that comes after a newer one is cancelled. */
    private static Object milestone(StepContext c) {
        int last = c.build.milestones.max() ?: -1
        int ordinal = (c.args.ordinal == null ? last + 1 : c.args.ordinal) as int
        if (ordinal <= last) {
            throw new AbortException("Invalid ordinal $ordinal, as the previous one was $last")
        }
        c.build.milestones << ordinal
        Map<Integer, Integer> passed = c.jenkins.milestones[c.build.jobName]
        int newest = passed[ordinal] ?: 0
        if (newest > c.build.number) {
            c.log("Canceled since build #$newest already got here")
            throw new FlowInterruptedException(Result.NOT_BUILT, true, new CancelledCause(newest))
        }
        passed[ordinal] = c.build.number
        null
    }

    private static Object lock(StepContext c) {
        if (!c.args.resource && !c.args.label && !c.args.extra) {
            throw new IllegalArgumentException('Either resource or label must be specified')
        }
        List<String> wanted = Locks.free(c.execution, c.args)
        String what = c.args.resource ?: "label $c.args.label"
        if (wanted == null && c.args.skipIfLocked) {
            c.log("[$what] is locked, skipping execution...")
            return null
        }
        c.log("Trying to acquire lock on [$what]")
        LockBlock block = new LockBlock(args: c.record.args)
        c.begin(block)
        if (wanted != null) {
            block.hold(c.execution, c.thread, wanted)
        } else {
            c.log("[$what] is locked, waiting...")
            // It waits for no body yet: an abort must find it at the tip.
            c.thread.block = 0
            c.thread.waitsFor = "the lock $what"
        }
        StepContext.PENDING
    }

    static class LockBlock extends Block {
        private static final long serialVersionUID = 1L
        Map<String, Object> args
        List<String> held

        void hold(Execution execution, CpsThread thread, List<String> resources) {
            held = resources
            resources.each { execution.program.locks[it] = id }
            execution.build.print("Lock acquired on $resources")
            Map<String, Object> data = [block: id]
            if (args.variable) {
                data.env = [(args.variable as String): resources.join(',')]
            }
            execution.startBody(this, call.body, new harness.Frame(thread.frame, "lock:${args.resource ?: args.label}", data))
            thread.block = id
            thread.waitsFor = null
        }

        @Override
        Outcome ended(Execution execution, CpsThread body, Outcome outcome) {
            execution.program.locks.keySet().removeAll(held)
            execution.build.print("Lock released on $held")
            // Who has waited longest is served first.
            execution.program.blocks.values().findAll { it instanceof LockBlock && it.held == null }.sort { it.id }.each { LockBlock next ->
                List<String> free = Locks.free(execution, next.args)
                CpsThread waiter = execution.program.thread(next.waiter)
                boolean waits = waiter != null && waiter.step == next.step && waiter.block == 0 && !waiter.ready
                if (free != null && waits) {
                    next.hold(execution, waiter, free)
                }
            }
            outcome
        }
    }
}
