package harness

import com.cloudbees.groovy.cps.Continuable
import groovy.transform.CompileStatic

/** `steps`, and what an unknown method of a script falls back to: turns a call into a suspension of the program. */
@CompileStatic
class Dsl extends GroovyObjectSupport implements Serializable {
    private static final long serialVersionUID = 1L
    static final Dsl INSTANCE = new Dsl()

    /** Names that stand for a thing inside arguments, not for a step. */
    private static final Set<String> SYMBOLS = ([
        'agent', 'nonresumable', 'kubernetesAgent', 'string', 'file', 'usernamePassword', 'usernameColonPassword',
        'sshUserPrivateKey', 'aws', 'booleanParam', 'choice', 'text', 'password', 'parameters', 'buildDiscarder',
        'logRotator', 'disableConcurrentBuilds', 'disableResume', 'pipelineTriggers', 'cron', 'pollSCM', 'upstream',
        'copyArtifactPermission', 'durabilityHint', 'rateLimitBuilds', 'scmGit', 'gitSCM', 'overrideIndexTriggers',
    ] as Set<String>)

    private Object readResolve() {
        INSTANCE
    }

    @Override
    Object invokeMethod(String name, Object args) {
        Execution execution = Execution.current()
        Object[] given = args instanceof Object[] ? (Object[]) args : [args] as Object[]
        Signature signature = execution.steps.signature(name)
        if (signature == null) {
            if (SYMBOLS.contains(name)) {
                return new Describable(name, namedArguments(name, null, Arrays.asList(given)))
            }
            String hint = execution.library.vars.contains(name)
                ? "; vars/${name}.groovy is there, but the Jenkinsfile loads no @Library" : ''
            throw new NoSuchMethodError("No such DSL method '$name' found among steps ${execution.steps.names()} or globals ${execution.globals.names()}$hint")
        }
        Closure body = null
        List<Object> rest = new ArrayList<Object>(Arrays.asList(given))
        if (!rest.isEmpty() && rest.last() instanceof Closure && name != 'parallel') {
            body = (Closure) rest.remove(rest.size() - 1)
        }
        StepCall call = new StepCall(name, namedArguments(name, signature, rest), body)
        Continuable.suspend(name, call)
    }

    private static Map<String, Object> namedArguments(String name, Signature signature, List<Object> given) {
        if (given.isEmpty()) {
            return [:]
        }
        if (given.size() > 1) {
            throw new IllegalArgumentException("Expected named arguments but got $given")
        }
        Object only = given.first()
        if (only instanceof Map && !((Map) only).containsKey('$class')) {
            Map<String, Object> named = [:]
            ((Map) only).each { key, value -> named.put(String.valueOf(key), name == 'parallel' ? value : plain(value)) }
            return named
        }
        String sole = signature == null ? 'value' : signature.sole()
        if (sole == null) {
            throw new IllegalArgumentException("Step $name: expected named arguments but got $only")
        }
        Map<String, Object> single = [:]
        single.put(sole, plain(only))
        single
    }

    /** Strings instead of GStrings, as Jenkins hands them to a step; `[$class: …]` becomes a describable. */
    private static Object plain(Object value) {
        if (value instanceof GString) {
            return value.toString()
        }
        if (value instanceof List) {
            List<Object> items = []
            for (Object item : (List) value) {
                items.add(plain(item))
            }
            return items
        }
        if (value instanceof Map) {
            Map<String, Object> entries = [:]
            for (Object entry : ((Map) value).entrySet()) {
                Map.Entry pair = (Map.Entry) entry
                entries.put(String.valueOf(pair.key), plain(pair.value))
            }
            Object type = entries.remove('$class')
            return type == null ? entries : new Describable(symbolOf(String.valueOf(type)), entries)
        }
        value
    }

    private static String symbolOf(String className) {
        switch (className.substring(className.lastIndexOf('.') + 1)) {
            case 'StringBinding': return 'string'
            case 'FileBinding': return 'file'
            case 'UsernamePasswordMultiBinding': return 'usernamePassword'
            case 'SSHUserPrivateKeyBinding': return 'sshUserPrivateKey'
            case 'AmazonWebServicesCredentialsBinding': return 'aws'
            case 'GitSCM': return 'scmGit'
            default: return className
        }
    }
}
