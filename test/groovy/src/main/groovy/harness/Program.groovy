package harness

import groovy.transform.CompileStatic

/** Everything that Jenkins would write to disk while the program waits: nothing else survives a step. */
@CompileStatic
class Program implements Serializable {
    private static final long serialVersionUID = 1L

    List<CpsThread> threads = []
    Map<Integer, Block> blocks = [:]
    int lastThread = 0
    int lastBlock = 0
    /** What `env.NAME = …` set. */
    Map<String, String> environment = [:]
    /** Locks that are held: resource → block number. */
    Map<String, Integer> locks = [:]

    CpsThread thread(int id) {
        for (CpsThread thread : threads) {
            if (thread.id == id) {
                return thread
            }
        }
        null
    }
}
