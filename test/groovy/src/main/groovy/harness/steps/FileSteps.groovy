package harness.steps

import harness.Block
import harness.StashedFile
import harness.StepContext
import harness.StepLibrary
import hudson.AbortException
import java.nio.charset.StandardCharsets

/** Steps on real files of the workspace. */
class FileSteps {
    static void register(StepLibrary steps) {
        steps.addOnAgent('writeFile', 'file!:String text!:String encoding:String') { StepContext c ->
            File file = c.file(c.args.file)
            file.parentFile.mkdirs()
            if (c.args.encoding == 'Base64') {
                file.bytes = (c.args.text as String).decodeBase64()
            } else {
                file.bytes = (c.args.text as String).getBytes(encodingOf(c, c.args.text as String))
            }
            null
        }
        steps.addOnAgent('readFile', 'file!:String encoding:String') { StepContext c ->
            File file = c.file(c.args.file)
            if (!file.file) {
                throw new java.nio.file.NoSuchFileException(file.path)
            }
            c.args.encoding == 'Base64' ? file.bytes.encodeBase64().toString() : new String(file.bytes, encodingOf(c, new String(file.bytes, 'ISO-8859-1')))
        }
        steps.addOnAgent('fileExists', 'file!:String') { StepContext c -> c.file(c.args.file).exists() }
        steps.addOnAgent('pwd', 'tmp:Boolean') { StepContext c ->
            File directory = c.args.tmp ? c.temporary : c.directory
            directory.mkdirs()
            directory.path
        }
        steps.addOnAgent('dir', 'path!:String {}') { StepContext c ->
            File directory = c.file(c.args.path)
            directory.mkdirs()
            c.log("Running in $directory.path")
            c.runBody(new Block(), 'dir', [dir: directory.path])
        }
        steps.addOnAgent('deleteDir', '') { StepContext c ->
            c.directory.deleteDir()
            null
        }
        steps.addOnAgent('stash', 'name!:String includes:String excludes:String useDefaultExcludes:Boolean allowEmpty:Boolean') { StepContext c ->
            Map<String, File> files = AntPatterns.matching(c.directory, (c.args.includes ?: '**') as String, c.args.excludes as String, c.arg('useDefaultExcludes', true) as boolean)
            if (files.isEmpty() && !c.args.allowEmpty) {
                throw new AbortException('No files included in stash ‘' + c.args.name + '’')
            }
            c.build.stashes[c.args.name as String] = files.collectEntries { String path, File file -> [path, new StashedFile(file.bytes, file.canExecute())] } as Map<String, StashedFile>
            c.log("Stashed ${files.size()} file(s)")
            null
        }
        steps.addOnAgent('unstash', 'name!:String') { StepContext c ->
            Map<String, StashedFile> stash = c.build.stashes[c.args.name as String]
            if (stash == null) {
                throw new AbortException('No such saved stash ‘' + c.args.name + '’')
            }
            stash.each { String path, StashedFile kept ->
                File file = c.file(path)
                file.parentFile.mkdirs()
                file.bytes = kept.bytes
                file.executable = kept.executable
            }
            null
        }
    }

    /** Without an encoding Jenkins takes the machine's own: whatever that is, it must not matter. */
    static String encodingOf(StepContext c, String text) {
        if (!c.args.encoding && !StandardCharsets.US_ASCII.newEncoder().canEncode(text)) {
            throw new AbortException("$c.call.name of text that is not ASCII without an encoding: it depends on the machine what comes of it")
        }
        (c.args.encoding ?: 'US-ASCII') as String
    }
}
