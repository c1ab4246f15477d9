package harness

import com.cloudbees.groovy.cps.Outcome
import harness.steps.*
import hudson.AbortException
import hudson.model.Result
import org.jenkinsci.plugins.workflow.steps.FlowInterruptedException
import org.jenkinsci.plugins.workflow.steps.TimeoutStepExecution.ExceededTimeout
import org.jenkinsci.plugins.workflow.steps.MissingContextVariableException

/** The steps there are: their signatures, their doubles, and how each is started and ended. */
class StepLibrary {
    private final Jenkins jenkins
    private final Map<String, Signature> signatures = new TreeMap<>()
    private final Map<String, Closure> doubles = [:]
    private final Set<String> onAgents = new HashSet<>()

    StepLibrary(Jenkins jenkins) {
        this.jenkins = jenkins
        BasicSteps.register(this)
        FlowSteps.register(this)
        ControlSteps.register(this)
        AgentSteps.register(this)
        FileSteps.register(this)
        ShellStep.register(this)
        CredentialSteps.register(this)
        PublishSteps.register(this)
        WaitSteps.register(this)
        ScmSteps.register(this)
        DeclarativeSteps.register(this)
    }

    /**
     * Declares a step.
     * @param words its signature, see Signature
     * @param run gets a StepContext; returns the step's value, or StepContext.PENDING; throws as the step does
     */
    void add(String name, String words, Closure run) {
        signatures.put(name, new Signature(name, words))
        doubles.put(name, run)
    }

    /** Declares a step that needs an agent. */
    void addOnAgent(String name, String words, Closure run) {
        add(name, words, run)
        onAgents.add(name)
    }

    Signature signature(String name) {
        if (jenkins.missing.contains(name)) {
            return null
        }
        Signature known = signatures.get(name)
        known == null && jenkins.doubles.containsKey(name) ? new Signature(name, '*') : known
    }

    Set<String> names() {
        signatures.keySet() - jenkins.missing
    }

    /** Starts the step that a thread asks for. */
    void start(Execution execution, CpsThread thread, StepCall call) {
        StepRecord record = new StepRecord(execution.build.steps.size() + 1, call.name, (Map<String, Object>) plain(call.args), thread.frame.path(), (String) thread.frame.find('branch'))
        execution.build.steps.add(record)
        thread.step = record.number
        StepContext context = new StepContext(execution, thread, call, record)
        try {
            signature(call.name).check(call)
            Secrets.refuse(call, thread.frame)
            if (onAgents.contains(call.name) && thread.frame.find('agent') == null) {
                throw new MissingContextVariableException('hudson.FilePath', call.name)
            }
            if (call.name == 'sh' && thread.frame.find('struck')) {
                // Jenkins gives it a minute; nothing may depend on that.
                execution.build.print('Body did not finish within grace period; terminating with extreme prejudice')
                throw new FlowInterruptedException(Result.ABORTED, true, new ExceededTimeout())
            }
            if (jenkins.interrupts(record) && call.name != 'sh') {
                // The step begins and does not come to its end.
                thread.waitsFor = call.name
            } else {
                Object value = run(context)
                if (!value.is(StepContext.PENDING)) {
                    end(execution, thread, new Outcome(value, null))
                }
            }
        } catch (SecretLeaked fatal) {
            throw fatal
        } catch (Throwable problem) {
            end(execution, thread, new Outcome(null, problem))
        }
        jenkins.strike(execution, thread, record)
    }

    private Object run(StepContext context) {
        Closure override = jenkins.doubles.get(context.call.name)
        if (override == null) {
            return doubles.get(context.call.name).call(context)
        }
        Object value = override.maximumNumberOfParameters > 1 ? override.call(context.record.args, context) : override.call(context.record.args)
        context.call.body != null && !value.is(StepContext.PENDING) ? context.runBody() : value
    }

    private void end(Execution execution, CpsThread thread, Outcome outcome) {
        ended(execution, thread.step, outcome)
        thread.resume(outcome)
    }

    /** Notes how a step ended. */
    void ended(Execution execution, int step, Outcome outcome) {
        StepRecord record = execution.build.steps.get(step - 1)
        record.failure = outcome.abnormal
        record.value = outcome.normal
    }

    /** Waits for the process of a thread's `sh`, and lets the thread go on with what it gave. */
    void collect(Execution execution, CpsThread thread) {
        Shell shell = execution.shells.remove(thread.process)
        StepRecord record = execution.build.steps.get(thread.process - 1)
        int code = shell.await()
        execution.build.print(Secrets.mask(shell.console, thread.frame))
        if (record.args.returnStatus) {
            end(execution, thread, new Outcome(code, null))
        } else if (code != 0) {
            end(execution, thread, new Outcome(null, new AbortException("script returned exit code $code")))
        } else {
            end(execution, thread, new Outcome(record.args.returnStdout ? shell.output : null, null))
        }
    }

    /**
     * Stops the process of a thread's `sh` once it has shown that it is at work. One that does not end in time is let be,
     * and what it says from then on is on nobody's screen.
     */
    void stop(Execution execution, CpsThread thread) {
        Shell shell = execution.shells.get(thread.process)
        shell.awaitOutput()
        long grace = execution.jenkins.stopMillis
        boolean ended = shell.stop(grace)
        execution.build.print(Secrets.mask(shell.console + 'Terminated', thread.frame))
        if (ended) {
            execution.shells.remove(thread.process)
        } else {
            execution.build.print("After ${grace.intdiv(1000)}s process did not stop")
        }
    }

    static Object plain(Object value) {
        if (value instanceof Map) {
            Map<String, Object> all = [:]
            ((Map) value).each { key, item -> if (!(item instanceof Closure)) { all.put(String.valueOf(key), plain(item)) } }
            return all
        }
        if (value instanceof Collection) {
            return ((Collection) value).collect { item -> plain(item) }
        }
        if (value instanceof Describable) {
            return plain(((Describable) value).plain())
        }
        value == null || value instanceof CharSequence || value instanceof Number || value instanceof Boolean ? value : String.valueOf(value)
    }
}
