package harness.steps

import harness.StepContext
import harness.StepLibrary
import hudson.AbortException
import hudson.model.Result

/** Steps that keep something of the workspace with the build: the files must be there, and be what they say. */
class PublishSteps {
    static void register(StepLibrary steps) {
        steps.addOnAgent('archiveArtifacts', 'artifacts!:String allowEmptyArchive:Boolean fingerprint:Boolean excludes:String onlyIfSuccessful:Boolean defaultExcludes:Boolean caseSensitive:Boolean followSymlinks:Boolean') { StepContext c ->
            Map<String, File> files = AntPatterns.matching(c.directory, c.args.artifacts as String, c.args.excludes as String, c.arg('defaultExcludes', true) as boolean)
            if (files.isEmpty() && !c.args.allowEmptyArchive) {
                throw new AbortException("No artifacts found that match the file pattern \"$c.args.artifacts\". Configuration error?")
            }
            files.each { String path, File file -> c.build.published['artifact'] << [path: path, bytes: file.bytes] }
            null
        }
        steps.addOnAgent('junit', 'testResults!:String allowEmptyResults:Boolean keepLongStdio:Boolean keepTestNames:Boolean healthScaleFactor:Number skipPublishingChecks:Boolean skipMarkingBuildUnstable:Boolean checksName:String skipOldReports:Boolean stdioRetention:String') { StepContext c -> junit(c) }
        steps.addOnAgent('publishHTML', 'target:Map allowMissing:Boolean alwaysLinkToLastBuild:Boolean keepAll:Boolean reportDir:String reportFiles:String reportName:String reportTitles:String includes:String escapeUnderscores:Boolean useWrapperFileDirectly:Boolean') { StepContext c ->
            Map<String, Object> target = (c.args.target ?: c.args) as Map
            ['reportDir', 'reportFiles', 'reportName'].each { String key ->
                if (!target[key]) {
                    throw new IllegalArgumentException("Missing required parameter: \"$key\" of publishHTML")
                }
            }
            File directory = c.file(target.reportDir)
            if (!directory.directory && !target.allowMissing) {
                throw new AbortException("Specified HTML directory '$directory' does not exist.")
            }
            // A file that is not in it is no matter for Jenkins.
            List<File> files = (target.reportFiles as String).split(',').collect { new File(directory, it.trim()) }
            c.build.published['html'] << [name: target.reportName, files: files.findAll { it.file }.collectEntries { [it.name, it.getText('UTF-8')] }]
            null
        }
    }

    /** @return null where it is no XML */
    private static Object parsed(File file) {
        try {
            new XmlSlurper().parse(file)
        } catch (org.xml.sax.SAXException ignored) {
            null
        }
    }

    private static Map<String, Integer> junit(StepContext c) {
        Map<String, File> files = AntPatterns.matching(c.directory, c.args.testResults as String)
        if (files.isEmpty() && !c.args.allowEmptyResults) {
            throw new AbortException('No test report files were found. Configuration error?')
        }
        Map<String, Integer> sum = [totalCount: 0, failCount: 0, skipCount: 0, passCount: 0]
        files.each { String path, File file ->
            def root = parsed(file)
            if (root == null) {
                // Jenkins makes a test of it that has failed.
                c.log("Failed to read test report file $file")
                sum.totalCount++
                sum.failCount++
                return
            }
            root.depthFirst().findAll { it.name() == 'testcase' }.each { test ->
                if (test.parent().@name.isEmpty() && test.@classname.isEmpty()) {
                    throw new NullPointerException("$path: neither the suite has a name nor the test a classname")
                }
                List<String> inside = test.children().collect { it.name() }
                sum.totalCount++
                sum[inside.any { it in ['failure', 'error'] } ? 'failCount' : 'skipped' in inside ? 'skipCount' : 'passCount']++
            }
        }
        c.build.published['junit'] << sum
        if (sum.totalCount == 0 && !c.args.allowEmptyResults) {
            throw new AbortException('None of the test reports contained any result')
        }
        if (sum.failCount > 0 && !c.args.skipMarkingBuildUnstable) {
            c.build.worsen(Result.UNSTABLE)
            BasicSteps.markStages(c, c.frame, Result.UNSTABLE)
        }
        sum
    }
}
