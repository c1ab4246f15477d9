package harness

import com.cloudbees.groovy.cps.Continuable
import com.cloudbees.groovy.cps.Outcome
import groovy.transform.CompileStatic

/** One thread of the program: the Jenkinsfile's own, the body of a block step, or a branch of `parallel`. */
@CompileStatic
class CpsThread implements Serializable {
    private static final long serialVersionUID = 1L

    final int id
    Continuable continuable
    Frame frame
    /** The block whose body this is; 0 for the Jenkinsfile itself. */
    int owner
    /** What the step it waits for gave; null while that still runs. */
    Outcome next
    /** The block it waits for, by number; 0 if none. */
    int block
    /** The number of the step whose process it waits for; 0 if none. */
    int process
    /** What it waits for otherwise (a lock …), in words; null if for nothing. */
    String waitsFor
    /** The virtual time at which it goes on by itself, in ms; -1 if not. */
    long wakeAt = -1
    /** The number of the step it is in. */
    int step

    CpsThread(int id, Continuable continuable, Frame frame, int owner) {
        this.id = id
        this.continuable = continuable
        this.frame = frame
        this.owner = owner
    }

    /** True where it is at the tip: not just waiting for the body of a block. */
    boolean isTip() {
        block == 0
    }

    boolean isReady() {
        next != null
    }

    /** Lets it go on with a value or an exception. */
    void resume(Outcome outcome) {
        next = outcome
        block = 0
        process = 0
        waitsFor = null
    }
}
