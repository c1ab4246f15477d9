package harness

import com.cloudbees.groovy.cps.Outcome
import hudson.model.Result
import jenkins.model.CauseOfInterruption
import org.jenkinsci.plugins.workflow.steps.TimeoutStepExecution.ExceededTimeout
import org.jenkinsci.plugins.workflow.steps.FlowInterruptedException
import org.jenkinsci.plugins.workflow.support.steps.ExecutorStepExecution.RemovedNodeCause

/** Abort, lost agent, timeout: what throws a FlowInterruptedException into the steps that run. Keeps the virtual time. */
class Interruptions {
    private final Execution execution

    Interruptions(Execution execution) {
        this.execution = execution
    }

    /** Somebody pressed stop: every step that runs is interrupted, and the build stays aborted whatever the program does. */
    void abort(String user) {
        execution.build.print("Aborted by $user")
        execution.build.worsen(Result.ABORTED)
        CauseOfInterruption cause = new CauseOfInterruption.UserInterruption(user)
        interrupt(execution.program.threads) { new FlowInterruptedException(Result.ABORTED, true, cause) }
    }

    /** The agent of that frame is gone: everything that runs on it fails, and its workspace cannot be had any more. */
    void loseAgent(Frame frame) {
        String agent = (String) frame.find('agent')
        if (agent == null) {
            throw new IllegalStateException('loseAgentAt: the step does not run on an agent')
        }
        execution.build.print("Cannot contact $agent: the agent was removed")
        execution.jenkins.agents.lose(agent)
        interrupt(execution.program.threads.findAll { CpsThread thread -> thread.frame.find('agent') == agent }) {
            new FlowInterruptedException(Result.ABORTED, false, new RemovedNodeCause())
        }
    }

    /** The innermost timeout around that frame fires now. */
    void timeOut(Frame frame) {
        for (Frame level = frame; level != null; level = level.parent) {
            if (level.data.containsKey('deadline')) {
                execution.clock = Math.max(execution.clock, (long) level.data.get('deadline'))
                fire((Integer) level.data.get('block'))
                return
            }
        }
        throw new IllegalStateException('timeOutAt: no timeout encloses the step')
    }

    /** Interrupts the threads whose innermost block has that number among their enclosing ones. */
    void interruptInside(int block, Closure<Throwable> reason) {
        interrupt(execution.program.threads.findAll { CpsThread thread -> thread.frame.all('block').contains(block) }, reason)
    }

    private void fire(int block) {
        execution.build.print('Cancelling nested steps due to timeout')
        for (CpsThread thread : execution.program.threads) {
            for (Frame frame = thread.frame; frame != null; frame = frame.parent) {
                if (frame.data.get('block') == block) {
                    frame.data.put('struck', true)
                }
            }
        }
        interruptInside(block) { new FlowInterruptedException(Result.ABORTED, true, new ExceededTimeout()) }
    }

    private void interrupt(Collection<CpsThread> threads, Closure<Throwable> reason) {
        for (CpsThread thread : new ArrayList<CpsThread>(threads)) {
            if (!thread.tip) {
                continue
            }
            if (thread.process != 0) {
                execution.steps.stop(execution, thread)
            }
            Throwable problem = reason.call()
            execution.build.steps.get(thread.step - 1).failure = problem
            thread.wakeAt = -1
            thread.resume(new Outcome(null, problem))
        }
    }

    /**
     * Nothing can run: moves the clock to the next moment at which something happens.
     * @return false where nothing ever will
     */
    boolean advance() {
        long next = Long.MAX_VALUE
        int expired = 0
        for (CpsThread thread : execution.program.threads) {
            if (thread.tip && thread.wakeAt >= 0) {
                next = Math.min(next, thread.wakeAt)
            }
        }
        for (CpsThread thread : execution.program.threads) {
            for (Frame frame = thread.frame; thread.tip && frame != null; frame = frame.parent) {
                if (frame.data.containsKey('deadline') && (long) frame.data.get('deadline') <= next) {
                    next = (long) frame.data.get('deadline')
                    expired = (Integer) frame.data.get('block')
                }
            }
        }
        if (next == Long.MAX_VALUE) {
            return false
        }
        execution.clock = Math.max(execution.clock, next)
        if (expired != 0) {
            fire(expired)
            return true
        }
        for (CpsThread thread : execution.program.threads) {
            if (thread.tip && thread.wakeAt >= 0 && thread.wakeAt <= next) {
                thread.wakeAt = -1
                thread.resume(new Outcome(null, null))
            }
        }
        true
    }
}
