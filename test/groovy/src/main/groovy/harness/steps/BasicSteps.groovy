package harness.steps

import groovy.json.JsonOutput
import groovy.json.JsonSlurperClassic
import harness.Frame
import harness.StageRecord
import harness.StepContext
import harness.StepLibrary
import hudson.AbortException
import hudson.model.Result
import org.yaml.snakeyaml.LoaderOptions
import org.yaml.snakeyaml.Yaml
import org.yaml.snakeyaml.constructor.SafeConstructor

/** Steps that do one thing at once and need no agent. */
class BasicSteps {
    static void register(StepLibrary steps) {
        steps.add('echo', 'message!:String') { StepContext c -> c.log(c.args.message); null }
        steps.add('error', 'message?:String') { StepContext c -> throw new AbortException(c.arg('message', '') as String) }
        steps.add('sleep', 'time!:Number unit:String') { StepContext c ->
            c.thread.waitsFor = 'sleep'
            c.thread.wakeAt = c.execution.clock + ControlSteps.milliseconds(c.args.time, c.arg('unit', 'SECONDS'))
            StepContext.PENDING
        }
        steps.add('unstable', 'message!:String') { StepContext c ->
            c.log("WARNING: $c.args.message")
            c.build.worsen(Result.UNSTABLE)
            markStages(c, c.frame, Result.UNSTABLE)
            null
        }
        steps.add('libraryResource', 'resource!:String encoding:String') { StepContext c ->
            File file = c.execution.library.resource(c.args.resource as String)
            if (c.execution.loadedVars.empty && !c.execution.build.libraries || !file.file) {
                throw new AbortException("No such library resource $c.args.resource could be found.")
            }
            c.args.encoding == 'Base64' ? file.bytes.encodeBase64().toString() : new String(file.bytes, FileSteps.encodingOf(c, new String(file.bytes, 'ISO-8859-1')))
        }
        steps.add('readJSON', 'text:String file:String returnPojo:Boolean') { StepContext c ->
            new JsonSlurperClassic().parseText(c.args.text as String ?: c.file(c.args.file).getText('UTF-8'))
        }
        steps.add('writeJSON', 'json! file:String pretty:Number returnText:Boolean') { StepContext c ->
            String text = JsonOutput.toJson(c.args.json)
            if (c.args.returnText) {
                return text
            }
            c.file(c.args.file).setText(text, 'UTF-8')
            null
        }
        steps.add('readYaml', 'text:String file:String') { StepContext c ->
            // Plain values only, as the plugin reads it: a tag that makes objects is refused.
            new Yaml(new SafeConstructor(new LoaderOptions())).load(c.args.text as String ?: c.file(c.args.file).getText('UTF-8'))
        }
        steps.add('properties', 'properties!:List') { StepContext c -> c.build.jobProperties.addAll(c.record.args.properties as List); null }
        steps.addOnAgent('load', 'path!:String') { StepContext c ->
            c.execution.load(c, c.file(c.args.path).getText('UTF-8'))
        }
        steps.add('library', 'identifier!:String changelog:Boolean') { StepContext c ->
            throw new AbortException('The library step is not simulated: name the library by @Library')
        }
        steps.add('build', 'job!:String parameters:List wait:Boolean propagate:Boolean quietPeriod:Number waitForStart:Boolean') { StepContext c ->
            throw new IllegalStateException("No double for build job: $c.args.job: give one by jenkins.step('build')")
        }
        steps.add('timestamps', '{}') { StepContext c -> c.runBody() }
        steps.add('ansiColor', 'colorMapName!:String {}') { StepContext c -> c.runBody() }
        steps.add('script', '{}') { StepContext c -> c.runBody() }
    }

    /** Gives every stage around a result that is at least as bad. */
    static void markStages(StepContext c, Frame frame, Result result) {
        frame.all('stage').each { Object index -> (c.build.stages[index as int] as StageRecord).worsen(result) }
    }
}
