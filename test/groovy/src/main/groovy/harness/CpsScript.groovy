package harness

import com.cloudbees.groovy.cps.SerializableScript
import groovy.transform.CompileStatic
import org.codehaus.groovy.runtime.InvokerHelper
import org.codehaus.groovy.runtime.InvokerInvocationException

/**
 * The base class of the Jenkinsfile and of every file in vars/: a name that the script does not know is a global
 * variable, then a step; a bare name is a global variable, then an environment variable.
 */
@CompileStatic
abstract class CpsScript extends SerializableScript {
    private static final long serialVersionUID = 1L

    CpsScript() {
        Execution execution = Execution.currentOrNull()
        if (execution != null) {
            binding.setVariable('steps', Dsl.INSTANCE)
        }
    }

    @Override
    final Object invokeMethod(String name, Object args) {
        if (binding.hasVariable(name)) {
            Object variable = binding.getVariable(name)
            if (variable != null && !InvokerHelper.getMetaClass(variable).respondsTo(variable, 'call', (Object[]) args).isEmpty()) {
                return InvokerHelper.getMetaClass(variable).invokeMethod(variable, 'call', args)
            }
        }
        Execution execution = Execution.current()
        if (execution.globals.has(name)) {
            Object global = execution.globals.value(name, binding)
            try {
                return InvokerHelper.getMetaClass(global).invokeMethod(global, 'call', args)
            } catch (Exception problem) {
                throw new InvokerInvocationException(problem)
            }
        }
        Dsl.INSTANCE.invokeMethod(name, args)
    }

    @Override
    Object getProperty(String name) {
        try {
            return super.getProperty(name)
        } catch (MissingPropertyException missing) {
            Execution execution = Execution.currentOrNull()
            if (execution == null) {
                throw missing
            }
            if (execution.globals.has(name)) {
                return execution.globals.value(name, binding)
            }
            String variable = execution.environment.current().get(name)
            if (variable != null) {
                return variable
            }
            throw missing
        }
    }

    @Override
    void println() {
        Execution.current().say('')
    }

    @Override
    void println(Object value) {
        Execution.current().say(String.valueOf(value))
    }

    @Override
    void print(Object value) {
        println(value)
    }

    /** `sleep 5` is the step, not Groovy's own method. */
    Object sleep(long time) {
        invokeMethod('sleep', [time as Integer] as Object[])
    }

    @Override
    Object evaluate(String script) {
        throw new SecurityException('evaluate is not allowed here: nothing could review what it runs')
    }
}
