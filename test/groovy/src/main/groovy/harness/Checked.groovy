package harness

import groovy.transform.CompileStatic
import org.codehaus.groovy.runtime.ScriptBytecodeAdapter

/** Where code of the sandbox that CPS leaves as it is (`@NonCPS`, constructors, initial values) makes its calls. */
@CompileStatic
class Checked {
    static Object call(Object receiver, Object name, Object[] args) throws Throwable {
        SandboxRules.call(receiver, String.valueOf(name), args)
        ScriptBytecodeAdapter.invokeMethodN(Checked, receiver, String.valueOf(name), args)
    }

    /** `a?.b()` */
    static Object callSafe(Object receiver, Object name, Object[] args) throws Throwable {
        receiver == null ? null : call(receiver, name, args)
    }

    static Object construct(Class type, Object[] args) throws Throwable {
        SandboxRules.construct(type, args)
        ScriptBytecodeAdapter.invokeNewN(Checked, type, args)
    }

    static Object get(Object receiver, Object name) throws Throwable {
        SandboxRules.get(receiver, String.valueOf(name))
        ScriptBytecodeAdapter.getProperty(Checked, receiver, String.valueOf(name))
    }

    /** `a?.b` */
    static Object getSafe(Object receiver, Object name) throws Throwable {
        receiver == null ? null : get(receiver, name)
    }
}
