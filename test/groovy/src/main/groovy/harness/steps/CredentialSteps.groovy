package harness.steps

import com.cloudbees.groovy.cps.Outcome
import harness.Block
import harness.CpsThread
import harness.Describable
import harness.Execution
import harness.StepContext
import harness.StepLibrary
import org.jenkinsci.plugins.workflow.steps.MissingContextVariableException

/** `withCredentials`: binds secrets of the store to environment variables, in the block only. */
class CredentialSteps {
    /** Kinds by the field that tells them: what Jenkins calls such credentials, and the class that a binding wants. */
    private static final Map<String, String> TYPES = [
        string: 'Secret text', password: 'Username with password', file: 'Secret file', key: 'SSH Username with private key', secretKey: 'AWS Credentials',
    ]
    private static final Map<String, String> EXPECTED = [
        string: 'org.jenkinsci.plugins.plaincredentials.StringCredentials', file: 'org.jenkinsci.plugins.plaincredentials.FileCredentials',
        password: 'com.cloudbees.plugins.credentials.common.StandardUsernamePasswordCredentials', key: 'com.cloudbees.jenkins.plugins.sshcredentials.SSHUserPrivateKey',
        secretKey: 'com.cloudbees.jenkins.plugins.awscredentials.AmazonWebServicesCredentials',
    ]

    static void register(StepLibrary steps) {
        steps.add('withCredentials', 'bindings!:List {}') { StepContext c ->
            Map<String, String> env = [:]
            Set<String> secrets = [] as Set
            List<String> files = []
            c.args.bindings.each { Object binding ->
                if (!(binding instanceof Describable)) {
                    throw new IllegalArgumentException("withCredentials takes bindings such as string(credentialsId: …), not $binding")
                }
                bind(c, binding as Describable, env, secrets, files)
            }
            c.runBody(new CredentialBlock(files: files), 'withCredentials', [env: env, secrets: secrets as List])
        }
        steps.addOnAgent('sshagent', 'credentials!:List ignoreMissing:Boolean {}') { StepContext c ->
            c.args.credentials.each { find(c, it as String, 'key') }
            c.runBody()
        }
    }

    private static void bind(StepContext c, Describable binding, Map<String, String> env, Set<String> secrets, List<String> files) {
        Map<String, Object> args = binding.args
        String id = args.credentialsId
        switch (binding.symbol) {
            case 'string':
                String value = find(c, id, 'string') as String
                env[name(args, 'variable')] = value
                secrets << value
                break
            case 'usernamePassword':
                Map pair = find(c, id, 'password') as Map
                env[name(args, 'usernameVariable')] = pair.username
                env[name(args, 'passwordVariable')] = pair.password
                secrets << pair.password.toString()
                break
            case 'file':
                Map secret = find(c, id, 'file') as Map
                env[name(args, 'variable')] = keep(c, files, secret.file)
                break
            case 'sshUserPrivateKey':
                Map key = find(c, id, 'key') as Map
                env[name(args, 'keyFileVariable')] = keep(c, files, key.key)
                if (args.usernameVariable) {
                    env[args.usernameVariable as String] = key.username
                }
                if (args.passphraseVariable) {
                    env[args.passphraseVariable as String] = key.passphrase ?: ''
                    secrets << (key.passphrase ?: '').toString()
                }
                secrets << key.key.toString()
                break
            case 'aws':
                Map aws = find(c, id, 'secretKey') as Map
                env[(args.accessKeyVariable ?: 'AWS_ACCESS_KEY_ID') as String] = aws.accessKey
                env[(args.secretKeyVariable ?: 'AWS_SECRET_ACCESS_KEY') as String] = aws.secretKey
                secrets << aws.secretKey.toString() << aws.accessKey.toString()
                break
            default:
                throw new IllegalArgumentException("Unknown credentials binding $binding.symbol")
        }
    }

    private static String name(Map<String, Object> args, String key) {
        if (!args[key]) {
            throw new IllegalArgumentException("Missing required parameter: \"$key\" of a credentials binding")
        }
        args[key] as String
    }

    /** @param kind the field that tells the kind of the credentials; `string` for a plain one */
    private static Object find(StepContext c, String id, String kind) {
        Object found = c.jenkins.credentials[id]
        if (found == null) {
            throw new CredentialNotFoundException("Could not find credentials entry with ID '$id'")
        }
        boolean fits = kind == 'string' ? found instanceof CharSequence : found instanceof Map && found.containsKey(kind)
        if (!fits) {
            throw new CredentialNotFoundException("Credentials '$id' is of type '${typeOf(found)}' where '${EXPECTED[kind]}' was expected")
        }
        found
    }

    private static String typeOf(Object found) {
        String kind = found instanceof Map ? TYPES.keySet().find { found.containsKey(it) } : 'string'
        TYPES[kind]
    }

    /** As in Jenkins, nothing of a file's own name is left. */
    private static String keep(StepContext c, List<String> files, Object content) {
        if (c.frame.find('agent') == null) {
            throw new MissingContextVariableException('hudson.FilePath', 'withCredentials')
        }
        File file = new File(new File(c.temporary, "secretFiles/${UUID.randomUUID()}"), "file${Math.abs(new Random().nextLong())}.tmp")
        file.parentFile.mkdirs()
        if (content instanceof byte[]) {
            file.bytes = content
        } else {
            file.setText(content.toString(), 'UTF-8')
        }
        file.setReadable(false, false)
        file.setReadable(true, true)
        file.writable = false
        files << file.parentFile.path
        file.path
    }

    static class CredentialBlock extends Block {
        private static final long serialVersionUID = 1L
        List<String> files

        @Override
        Outcome ended(Execution execution, CpsThread body, Outcome outcome) {
            files.each { new File(it).deleteDir() }
            outcome
        }
    }
}

/** An id that is not in the store, or of another kind. */
class CredentialNotFoundException extends hudson.AbortException {
    CredentialNotFoundException(String message) {
        super(message)
    }
}
