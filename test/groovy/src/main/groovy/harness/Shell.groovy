package harness

import groovy.transform.CompileStatic
import java.nio.charset.StandardCharsets
import java.util.concurrent.CountDownLatch
import java.util.concurrent.TimeUnit

/** A real process that a `sh` step started: its output is read as it comes, its exit awaited, and it is stopped as Jenkins does. */
@CompileStatic
class Shell {
    private final Process process
    private final ByteArrayOutputStream out = new ByteArrayOutputStream()
    private final ByteArrayOutputStream log = new ByteArrayOutputStream()
    private final List<Thread> readers = []
    private final CountDownLatch spoke = new CountDownLatch(1)
    private static final String COOKIE = 'JENKINS_SERVER_COOKIE'
    private final String cookie = "durable-${UUID.randomUUID()}"

    /**
     * Writes the script to a file beside the workspace, as Jenkins' durable tasks do, and starts it.
     * @param scratch a directory of this step's own
     */
    Shell(String script, File scratch, File directory, Map<String, String> environment, boolean separateOutput) {
        scratch.mkdirs()
        directory.mkdirs()
        File file = new File(scratch, 'script.sh')
        file.setText(script, 'UTF-8')
        List<String> command = ['/bin/sh', '-xe', file.path]
        if (script.startsWith('#!')) {
            file.executable = true
            command = [file.path]
        }
        ProcessBuilder builder = new ProcessBuilder(command).directory(directory)
        builder.environment().clear()
        builder.environment().putAll(environment)
        // By it Jenkins finds what a step started.
        builder.environment().put(COOKIE, cookie)
        builder.redirectInput(ProcessBuilder.Redirect.from(new File('/dev/null')))
        builder.redirectErrorStream(!separateOutput)
        process = builder.start()
        read(process.inputStream, separateOutput ? out : log)
        if (separateOutput) {
            read(process.errorStream, log)
        }
    }

    private void read(InputStream stream, ByteArrayOutputStream sink) {
        Thread reader = new Thread({
            byte[] buffer = new byte[8192]
            try {
                for (int count = stream.read(buffer); count >= 0; count = stream.read(buffer)) {
                    synchronized (sink) {
                        sink.write(buffer, 0, count)
                    }
                    // The shell's own trace (`+ …`) comes before the command has done anything; it comes in pieces.
                    String said = text(sink)
                    if (said.substring(0, said.lastIndexOf('\n') + 1).readLines().any { String line -> !line.startsWith('+') }) {
                        spoke.countDown()
                    }
                }
            } catch (IOException ignored) {
                // The stream of a process that was stopped may be closed under the reader.
            }
        } as Runnable)
        reader.daemon = true
        reader.start()
        readers.add(reader)
    }

    private static String text(ByteArrayOutputStream sink) {
        synchronized (sink) {
            new String(sink.toByteArray(), StandardCharsets.UTF_8)
        }
    }

    boolean isRunning() {
        process.alive
    }

    /** Waits until it has printed something of its own, or ended. */
    void awaitOutput() {
        while (process.alive && spoke.count > 0) {
            spoke.await(20, TimeUnit.MILLISECONDS)
        }
    }

    /** Waits for the end; returns the exit code. */
    int await() {
        int code = process.waitFor()
        // A child left in the background may keep the streams open: Jenkins does not wait for it either.
        for (Thread reader : readers) {
            reader.join(process.descendants().count() > 0 ? 200 : 5000)
        }
        code
    }

    /**
     * Ends the process as Jenkins does on an abort.
     * @param graceMillis how long it gets until it is let be
     * @return whether it has ended
     */
    boolean stop(long graceMillis = 20000) {
        long deadline = System.currentTimeMillis() + graceMillis
        ProcessTree.end(COOKIE, cookie, graceMillis)
        boolean ended = process.waitFor(Math.max(1L, deadline - System.currentTimeMillis()), TimeUnit.MILLISECONDS)
        if (ended) {
            await()
        }
        ended
    }

    /** The spec is over. */
    void kill() {
        process.descendants().forEach { ProcessHandle handle -> handle.destroyForcibly() }
        process.destroyForcibly()
    }

    String getOutput() {
        text(out)
    }

    String getConsole() {
        text(log)
    }
}
