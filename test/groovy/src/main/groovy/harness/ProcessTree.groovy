package harness

import groovy.transform.CompileStatic
import java.nio.charset.StandardCharsets
import java.nio.file.Files
import java.nio.file.Paths
import java.util.concurrent.TimeUnit
import java.util.concurrent.TimeoutException

/** The processes of this machine as Jenkins looks for them: by a variable that they were started with. */
@CompileStatic
class ProcessTree {
    /** How long Jenkins waits for one process before it turns to its parent. */
    private static final long LONGEST_FOR_ONE = 5000

    /**
     * SIGTERM to each that has the variable and to all below it, children first: each gets a moment to end before its
     * parent is told. One that does not end is let be.
     * @param graceMillis how long this takes at most
     */
    static void end(String name, String value, long graceMillis) {
        long deadline = System.currentTimeMillis() + graceMillis
        for (ProcessHandle root : those(name, value)) {
            for (ProcessHandle handle : childrenFirst(root)) {
                handle.destroy()
                await(handle, Math.min(deadline - System.currentTimeMillis(), LONGEST_FOR_ONE))
            }
        }
    }

    private static void await(ProcessHandle handle, long millis) {
        try {
            handle.onExit().get(Math.max(0L, millis), TimeUnit.MILLISECONDS)
        } catch (TimeoutException ignored) {
            // It is let be.
        }
    }

    /** SIGKILL to each that has the variable and to all below it. */
    static void kill(String name, String value) {
        for (ProcessHandle root : those(name, value)) {
            for (ProcessHandle handle : childrenFirst(root)) {
                handle.destroyForcibly()
                await(handle, LONGEST_FOR_ONE)
            }
        }
    }

    private static List<ProcessHandle> those(String name, String value) {
        String wanted = "$name=$value"
        List<ProcessHandle> found = []
        ProcessHandle.allProcesses().forEach { ProcessHandle handle ->
            try {
                byte[] environment = Files.readAllBytes(Paths.get("/proc/${handle.pid()}/environ"))
                if (new String(environment, StandardCharsets.UTF_8).split('\0').contains(wanted)) {
                    found.add(handle)
                }
            } catch (IOException ignored) {
                // It has ended, or belongs to somebody else.
            }
        }
        found
    }

    private static List<ProcessHandle> childrenFirst(ProcessHandle root) {
        List<ProcessHandle> order = []
        root.children().forEach { ProcessHandle child -> order.addAll(childrenFirst(child)) }
        order + [root]
    }
}
