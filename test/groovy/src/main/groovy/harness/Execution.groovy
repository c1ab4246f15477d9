package harness

import com.cloudbees.groovy.cps.Continuable
import com.cloudbees.groovy.cps.Envs
import com.cloudbees.groovy.cps.Outcome
import com.cloudbees.groovy.cps.impl.CpsCallableInvocation
import groovy.transform.CompileStatic

/**
 * Runs one build: lets one thread of the program go on until it asks for a step, starts the step, saves the whole
 * program and reads it back, takes the next thread. What is in here and not in `program` does not belong to the program.
 */
@CompileStatic
class Execution {
    private static final ThreadLocal<Execution> CURRENT = new ThreadLocal<>()
    private static final Guard GUARD = new Guard()
    private static final List<Class> CATEGORIES = ((Continuable.categories as List<Class>) + [SerializableIteration as Class]).asImmutable()

    final Jenkins jenkins
    final Build build
    final SharedLibrary library
    final Set<String> loadedVars
    final StepLibrary steps
    final Globals globals
    final Environment environment
    final Interruptions interruptions
    /** Processes that run, by the number of their step; also those that `sh` has given up. */
    final Map<Integer, Shell> shells = [:]
    private final Map<String, byte[]> bytes
    /** Virtual time, in milliseconds since the start of the build. */
    long clock = 0
    ClassLoader loader
    Program program = new Program()
    /** Set to have the program read back by a new class loader, as after a restart of the controller. */
    boolean restart = false
    private CpsThread running
    private int loaded = 0

    Execution(Jenkins jenkins, Build build, SharedLibrary library, Set<String> loadedVars, Map<String, byte[]> bytes, Map<String, String> base, Map<String, Object> fixed) {
        this.jenkins = jenkins
        this.build = build
        this.library = library
        this.loadedVars = loadedVars
        this.bytes = bytes
        steps = new StepLibrary(jenkins)
        globals = new Globals(this, fixed)
        environment = new Environment(this, base)
        interruptions = new Interruptions(this)
        loader = new Compiled(bytes)
    }

    static Execution current() {
        Execution execution = CURRENT.get()
        if (execution == null) {
            throw new IllegalStateException('No build is running on this thread')
        }
        execution
    }

    static Execution currentOrNull() {
        CURRENT.get()
    }

    /** The frame of the thread that runs; null between steps. */
    Frame currentFrame() {
        running?.frame
    }

    /** Gives parameters that the build was not given their default values. */
    void parameters(Map<String, Object> defaults) {
        Map<String, Object> all = new LinkedHashMap<>(defaults)
        all.putAll((Map<String, Object>) globals.fixed.get('params'))
        globals.fixed.put('params', Collections.unmodifiableMap(all))
        environment.defaults(all)
    }

    /** Prints to the console what the running thread says outside of any step. */
    void say(String text) {
        build.print(running == null ? text : Secrets.mask(text, running.frame))
    }

    /** Runs the program to its end; what ends it is returned, null where it ended well. */
    Throwable run() {
        CURRENT.set(this)
        CpsCallableInvocation.registerMismatchHandler { Object expectedReceiver, String expected, Object receiver, String actual ->
            throw new Mismatch(expectedReceiver, expected, receiver, actual)
        }
        try {
            CpsThread main = new CpsThread(++program.lastThread, null, new Frame(null, null), 0)
            running = main
            Script script = newScript()
            main.continuable = new Continuable(script, Envs.empty(GUARD))
            main.next = new Outcome(null, null)
            program.threads.add(main)
            return loop()
        } catch (Throwable fatal) {
            return fatal
        } finally {
            running = null
            for (Shell shell : shells.values()) {
                shell.stop(1000)
                shell.kill()
            }
            CpsCallableInvocation.registerMismatchHandler(null)
            CURRENT.remove()
        }
    }

    private Script newScript() {
        try {
            return (Script) loader.loadClass('WorkflowScript').newInstance()
        } catch (Throwable problem) {
            for (Throwable cause = problem; cause != null; cause = cause.cause) {
                if (cause instanceof CpsCallableInvocation) {
                    throw new Mismatch('WorkflowScript', '<init>', ((CpsCallableInvocation) cause).receiver, ((CpsCallableInvocation) cause).methodName)
                }
            }
            throw problem
        }
    }

    private Throwable loop() {
        int last = 0
        while (true) {
            CpsThread thread = nextAfter(last)
            last = thread.id
            Outcome given = thread.next
            thread.next = null
            running = thread
            Outcome yielded
            try {
                yielded = thread.continuable.run0(given, CATEGORIES)
            } finally {
                running = null
            }
            if (thread.continuable.resumable) {
                running = thread
                try {
                    steps.start(this, thread, (StepCall) yielded.normal)
                } finally {
                    running = null
                }
            } else {
                program.threads.remove(thread)
                if (thread.owner == 0) {
                    return yielded.abnormal
                }
                Block block = program.blocks.get(thread.owner)
                finish(block, block.ended(this, thread, yielded))
            }
            saveAndReadBack()
        }
    }

    /** Hands a block's outcome to the thread that waits for it; null means that the block goes on. */
    void finish(Block block, Outcome outcome) {
        if (outcome == null) {
            return
        }
        program.blocks.remove(block.id)
        steps.ended(this, block.step, outcome)
        program.thread(block.waiter).resume(outcome)
    }

    /** Starts a body as a thread of its own. */
    CpsThread startBody(Block block, Closure body, Frame frame, Object argument = null) {
        CpsThread thread = new CpsThread(++program.lastThread, continuable(body, argument), frame, block.id)
        thread.step = block.step
        thread.next = new Outcome(null, null)
        program.threads.add(thread)
        thread
    }

    /** Runs another Groovy file as part of the program; the step's value is what that file returns. */
    Object load(StepContext context, String text) {
        String name = "Script${++loaded}"
        Compiled compiler = new Compiled(bytes, jenkins.sandbox)
        compiler.parseClass(new GroovyCodeSource(text, name, '/groovy/shell'), false)
        bytes.putAll(compiler.bytes)
        Script script = (Script) loader.loadClass(name).newInstance()
        Block block = new Block()
        context.begin(block)
        CpsThread thread = new CpsThread(++program.lastThread, new Continuable(script, Envs.empty(GUARD)), context.frame, block.id)
        thread.step = block.step
        thread.next = new Outcome(null, null)
        program.threads.add(thread)
        StepContext.PENDING
    }

    private static Continuable continuable(Closure body, Object argument) {
        try {
            Object value = argument == null ? body.call() : body.call(argument)
            // A body that is no CPS closure has just run to its end.
            return new Continuable(new com.cloudbees.groovy.cps.impl.ConstantBlock(value), Envs.empty())
        } catch (CpsCallableInvocation invocation) {
            return new Continuable(invocation.asBlock(), Envs.empty(GUARD))
        }
    }

    /** The next thread in turn that can go on; waits for processes and moves the clock where none can. */
    private CpsThread nextAfter(int last) {
        while (true) {
            List<CpsThread> order = []
            order.addAll(program.threads.findAll { CpsThread thread -> thread.id > last })
            order.addAll(program.threads.findAll { CpsThread thread -> thread.id <= last })
            for (CpsThread thread : order) {
                // Taking threads strictly in turn, even if it means to wait for a process, keeps a build deterministic.
                if (thread.process != 0) {
                    steps.collect(this, thread)
                }
                if (thread.ready) {
                    return thread
                }
            }
            if (!interruptions.advance()) {
                String waiting = program.threads.findAll { CpsThread thread -> thread.tip }.collect { CpsThread thread -> "${build.steps.get(thread.step - 1)} (waits for ${thread.waitsFor})" }.join('\n')
                throw new IllegalStateException("The build waits for ever:\n$waiting")
            }
        }
    }

    private void saveAndReadBack() {
        byte[] saved = Saved.write(program)
        build.saves++
        build.largestSave = Math.max(build.largestSave, saved.length)
        if (restart) {
            restart = false
            loader = new Compiled(bytes)
            build.print('Resuming build after the controller was restarted')
        }
        program = (Program) Saved.read(saved, loader)
    }
}

/** A CPS method or closure was called from code that is not CPS, which would end up in the wrong place of the program. */
@CompileStatic
class Mismatch extends Error {
    Mismatch(Object expectedReceiver, String expected, Object receiver, String actual) {
        super("expected to call ${name(expectedReceiver)}.$expected but wound up catching ${name(receiver)}.$actual; see https://jenkins.io/redirect/pipeline-cps-method-mismatches/")
    }

    private static String name(Object receiver) {
        receiver == null ? 'steps' : receiver instanceof String ? (String) receiver : (receiver instanceof Class ? ((Class) receiver).name : receiver.class.name)
    }
}
