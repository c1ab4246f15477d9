package harness

import com.cloudbees.groovy.cps.impl.CallSiteBlock
import com.cloudbees.groovy.cps.sandbox.DefaultInvoker
import com.cloudbees.groovy.cps.sandbox.Invoker
import com.cloudbees.groovy.cps.sandbox.Untrusted
import groovy.transform.CompileStatic

/** Makes the calls of the program; those of code that was compiled for the sandbox are asked about first. */
@CompileStatic
class Guard extends DefaultInvoker {
    private static final long serialVersionUID = 1L
    private static final Invoker FREE = new DefaultInvoker()

    @Override
    Object methodCall(Object receiver, String method, Object[] args) throws Throwable {
        SandboxRules.call(receiver, method, args)
        super.methodCall(receiver, method, args)
    }

    @Override
    Object constructorCall(Class type, Object[] args) throws Throwable {
        SandboxRules.construct(type, args)
        super.constructorCall(type, args)
    }

    @Override
    Object getProperty(Object receiver, String name) throws Throwable {
        SandboxRules.get(receiver, name)
        super.getProperty(receiver, name)
    }

    @Override
    void setProperty(Object receiver, String name, Object value) throws Throwable {
        SandboxRules.set(receiver, name, value)
        super.setProperty(receiver, name, value)
    }

    @Override
    Object getAttribute(Object receiver, String name) throws Throwable {
        SandboxRules.attribute(receiver, name)
        super.getAttribute(receiver, name)
    }

    @Override
    Object getArray(Object receiver, Object index) throws Throwable {
        SandboxRules.at(receiver, 'getAt', index)
        super.getArray(receiver, index)
    }

    @Override
    void setArray(Object receiver, Object index, Object value) throws Throwable {
        SandboxRules.at(receiver, 'putAt', index, value)
        super.setArray(receiver, index, value)
    }

    @Override
    Invoker contextualize(CallSiteBlock site) {
        site.tags.contains(Untrusted.INSTANCE) ? this : FREE
    }
}
