package harness.steps

import harness.ScmHandle
import harness.StepContext
import harness.StepLibrary
import hudson.AbortException
import java.nio.file.Files
import java.nio.file.LinkOption
import java.nio.file.StandardCopyOption

/** `checkout scm`: the directory that the spec gave comes into the workspace, cloned where it is a Git repository. */
class ScmSteps {
    static void register(StepLibrary steps) {
        steps.addOnAgent('checkout', 'scm! changelog:Boolean poll:Boolean') { StepContext c -> checkout(c) }
        steps.addOnAgent('git', 'url!:String branch:String credentialsId:String changelog:Boolean poll:Boolean') { StepContext c ->
            clone(c, c.args.url as String, (c.args.branch ?: 'master') as String)
        }
    }

    private static Map<String, String> checkout(StepContext c) {
        if (!(c.args.scm instanceof ScmHandle)) {
            throw new IllegalStateException("Only `checkout scm` is simulated, not $c.args.scm")
        }
        File source = c.build.options.scm == null ? null : new File(c.build.options.scm.toString())
        if (source == null) {
            throw new AbortException('The spec gave no scm: jenkins.run(text, [scm: directory])')
        }
        if (new File(source, '.git').exists()) {
            return clone(c, source.path, c.build.options.branch as String)
        }
        copy(source, c.directory)
        Map<String, String> result = [GIT_COMMIT: '0' * 40, GIT_BRANCH: (c.build.options.branch ?: 'detached') as String, GIT_URL: source.path]
        result
    }

    private static Map<String, String> clone(StepContext c, String url, String branch) {
        if (!new File(c.directory, '.git').exists()) {
            git(c, 'init', '-q', '.')
            git(c, 'remote', 'add', 'origin', url)
        }
        git(c, 'fetch', '-q', '--tags', '--force', 'origin', '+refs/heads/*:refs/remotes/origin/*')
        // Jenkins checks a commit out, not a branch.
        String wanted = branch ? "refs/remotes/origin/$branch" : git(c, 'rev-parse', 'FETCH_HEAD').trim()
        git(c, 'checkout', '-q', '-f', '--detach', wanted)
        [GIT_COMMIT: git(c, 'rev-parse', 'HEAD').trim(), GIT_BRANCH: (branch ?: 'detached') as String, GIT_URL: url]
    }

    private static String git(StepContext c, String... args) {
        Process process = new ProcessBuilder(['git', '-c', 'safe.directory=*'] + (args as List)).directory(c.directory).redirectErrorStream(true).start()
        String output = process.inputStream.getText('UTF-8')
        if (process.waitFor() != 0) {
            throw new AbortException("git ${args.join(' ')} failed: $output")
        }
        output
    }

    private static void copy(File from, File to) {
        to.mkdirs()
        from.listFiles().each { File file ->
            File target = new File(to, file.name)
            if (file.directory && !Files.isSymbolicLink(file.toPath())) {
                copy(file, target)
            } else {
                Files.copy(file.toPath(), target.toPath(), LinkOption.NOFOLLOW_LINKS, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.COPY_ATTRIBUTES)
            }
        }
    }
}
