package harness

import com.cloudbees.groovy.cps.Block
import com.cloudbees.groovy.cps.Env
import com.cloudbees.groovy.cps.impl.CpsClosure
import groovy.transform.CompileStatic
import org.codehaus.groovy.runtime.InvokerHelper

/** A closure of the program: `sleep` in it is the step, not Groovy's own method, which every object has. */
@CompileStatic
class BuildClosure extends CpsClosure {
    private static final long serialVersionUID = 1L

    BuildClosure(Object owner, Object thisObject, List<String> parameters, Block body, Env capture) {
        super(owner, thisObject, parameters, body, capture)
    }

    Object sleep(long time) {
        InvokerHelper.invokeMethod(owner, 'sleep', time)
    }
}
