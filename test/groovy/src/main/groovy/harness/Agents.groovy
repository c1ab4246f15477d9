package harness

import java.nio.file.Files

/** The agents: each `node` gets one with a workspace; one that is lost takes its workspace with it. */
class Agents {
    /** The labels that there are; null means any, none that there is no agent at all. */
    Set<String> labels = null
    private File given
    private File scratch
    private int generation = 1
    private final Set<String> busy = [] as Set

    /** A build begins: its first agent works in the directory given, or in a fresh one. */
    void begin(Map<String, Object> options) {
        busy.clear()
        given = options.workspace ? new File(options.workspace.toString()) : null
        if (given == null) {
            scratch = Files.createTempDirectory('harness-workspace').toFile()
            given = new File(scratch, 'workspace')
            File made = scratch
            Runtime.runtime.addShutdownHook(new Thread({ made.deleteDir() }))
        }
    }

    /** @return the name of an agent and its workspace, which is not in use */
    Map<String, String> take(String label) {
        if (labels != null && (label ? !labels.contains(label) : labels.empty)) {
            return null
        }
        String base = generation == 1 ? given.path : given.path + '.agent' + generation
        int copy = 1
        while (!busy.add(pathOf(base, copy))) {
            copy++
        }
        new File(pathOf(base, copy)).mkdirs()
        [agent: "agent-$generation${copy > 1 ? '-' + copy : ''}".toString(), workspace: pathOf(base, copy)]
    }

    void release(String workspace) {
        busy.remove(workspace)
    }

    /** From now on there is another agent, with an empty disk. */
    void lose(String agent) {
        generation++
    }

    private static String pathOf(String base, int copy) {
        copy == 1 ? base : "$base@$copy"
    }
}
