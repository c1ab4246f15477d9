package harness

import com.cloudbees.groovy.cps.Outcome
import groovy.transform.CompileStatic

/**
 * A block step that runs: what it must know when its body ends. Part of the saved program. The plain kind hands the
 * body's outcome on; `retry`, `catchError`, `timeout` … decide for themselves.
 */
@CompileStatic
class Block implements Serializable {
    private static final long serialVersionUID = 1L

    int id
    StepCall call
    /** The thread that waits for this block. */
    int waiter
    /** The number of the step. */
    int step
    Frame outer

    /**
     * A body has ended.
     * @return what the step gives to the program, or null where it goes on (another body was started, branches still run)
     */
    Outcome ended(Execution execution, CpsThread body, Outcome outcome) {
        outcome
    }
}
