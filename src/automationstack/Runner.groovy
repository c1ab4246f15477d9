package automationstack

import org.jenkinsci.plugins.workflow.steps.FlowInterruptedException

/** The runner on this agent: copies it there, calls it, reads the result of the call. */
class Runner implements Serializable {

    private static final long serialVersionUID = 1L

    /** Longer arguments travel in a file: Linux takes at most 128 KiB for one environment variable. */
    private static final int LONGEST_VARIABLE = 100000

    private static final int LONGEST_RUN_ID = 120

    /** How long to wait for the end of an interrupted call: undoing a deployment may take as long as deploying it. */
    private static final int LONGEST_END_MINUTES = 30

    private final Object script
    /** `version` and `sha256` of the library's packed runner; each is read once. */
    private final Map packed = [:]
    /** Places where the runner was seen: `agent:file`. */
    private final List seen = []
    /** Calls that Jenkins interrupted and that may not have ended: `command` and `place`. */
    private List unended = []

    Runner(Object script) {
        this.script = script
    }

    /**
     * Calls the runner once. If Jenkins interrupts the call, the build waits for its end: it may be undoing a deployment.
     *
     * @param command `deploy`, `stages` …
     * @param given options by their camel-case name; `arguments` is the list of words without an option
     * @return the content of the result file with `exitCode` and, after a failure, `error`
     */
    Map call(String command, Map given) {
        if (!isAtHand()) {
            return [exitCode: Outcome.NO_RUNNER, error: Outcome.notPacked(version())]
        }
        String folder = folder()
        String place = "${folder}/calls/${UUID.randomUUID()}"
        List environment = [
            "AUTOMATION_STACK_PLACE=${place}".toString(),
            "AUTOMATION_STACK_INTERRUPTION_LOG=${place}/interruption.log".toString(),
            "AUTOMATION_STACK_RUN=${runId(script.env.BUILD_TAG)}".toString(),
            "AUTOMATION_STACK_WHO=${startedBy()}".toString(),
            argumentsOf(command, given, place),
        ]
        int exitCode = run(command, place, environment + delivery(folder, false))
        if (exitCode == Outcome.NO_RUNNER) {
            exitCode = run(command, place, environment + delivery(folder, true))
        }
        return outcome(exitCode, place)
    }

    /** The library's own folder on this agent, beside the workspace. */
    String folder() {
        return "${script.env.WORKSPACE_TMP ?: script.pwd(tmp: true)}/automation-stack"
    }

    /** Waits for calls that a timeout has interrupted. To be called outside of that timeout, on their agent. */
    void awaitEnds() {
        List calls = unended
        unended = []
        for (Map call : calls) {
            awaitEnd(call)
        }
    }

    /**
     * The name of a build's run, also as a file. A long name keeps its end, which has the build number.
     *
     * @param tag BUILD_TAG, in which the branch `a/b` is `a%2Fb`
     */
    static String runId(String tag) {
        String name = tag.replaceAll('[^A-Za-z0-9._-]+', '-')
        String end = name.length() > LONGEST_RUN_ID ? name.substring(name.length() - LONGEST_RUN_ID) : name
        return end.replaceFirst('^[.-]+', '')
    }

    private String argumentsOf(String command, Map given, String place) {
        String json = Json.write([
            library: version(),
            command: command,
            options: optionsOf(given, place),
            arguments: given.arguments ?: [],
        ])
        if (json.length() <= LONGEST_VARIABLE) {
            return "AUTOMATION_STACK_ARGUMENTS=${json}".toString()
        }
        script.writeFile(file: "${place}/arguments.json", text: json, encoding: 'UTF-8')
        return "AUTOMATION_STACK_ARGUMENTS_FILE=${place}/arguments.json".toString()
    }

    private String version() {
        packed.version = packed.version ?: script.libraryResource('automation-stack/version').trim()
        return packed.version
    }

    /** False if neither the agent nor this commit of the library has a runner: only releases carry one. */
    private boolean isAtHand() {
        if (script.env.AUTOMATION_STACK_RUNNER || packed.sha256) {
            return true
        }
        try {
            packed.sha256 = script.libraryResource('automation-stack/runner.sha256').trim()
        } catch (Exception missing) {
            if (!"${missing.message}".startsWith('No such library resource')) {
                throw missing
            }
            return false
        }
        return true
    }

    /**
     * The path of the runner, as environment variables. The runner is written to the agent once per workspace.
     *
     * @param isGone true if the runner was deleted after it was last seen
     */
    private List delivery(String folder, boolean isGone) {
        if (script.env.AUTOMATION_STACK_RUNNER) {
            return []
        }
        String home = "${folder}/${packed.sha256}"
        String file = "${home}/runner.mjs"
        List environment = ["AUTOMATION_STACK_RUNNER=${file}".toString()]
        String here = "${script.env.NODE_NAME}:${file}"
        if (isGone || (!seen.contains(here) && !script.fileExists(file))) {
            // Written under its own name, then renamed: branches of `parallel` share the workspace.
            String delivered = "${home}/${UUID.randomUUID()}.mjs"
            script.writeFile(
                file: delivered, text: script.libraryResource('automation-stack/runner.mjs'), encoding: 'UTF-8')
            environment.add("AUTOMATION_STACK_DELIVERED=${delivered}".toString())
        }
        seen.add(here)
        return environment
    }

    private int run(String command, String place, List environment) {
        int exitCode = 0
        script.withEnv(environment) {
            try {
                exitCode = script.sh(label: "automation-stack ${command}", script: Scripts.CALL, returnStatus: true)
            } catch (FlowInterruptedException interruption) {
                if (!Interruption.isLoss(interruption)) {
                    Map interrupted = [command: command, place: place]
                    // A minute after a timeout Jenkins ends every step inside of it, so the code outside of it waits.
                    if (Interruption.isTimeout(interruption) || !awaitEnd(interrupted)) {
                        unended.add(interrupted)
                    }
                }
                throw interruption
            }
        }
        return exitCode
    }

    /**
     * `sh` gives up after a while, and the runner goes on. The build still holds the lock and the agent.
     *
     * @return false if a surrounding timeout prevented the wait
     */
    private boolean awaitEnd(Map call) {
        boolean isAwaited = true
        try {
            script.timeout(time: LONGEST_END_MINUTES, unit: 'MINUTES') {
                if (!script.fileExists("${call.place}/exit")) {
                    script.echo("automation-stack ${call.command} was interrupted and is still ending: it undoes or finishes what it began. " +
                        "The build waits at most ${LONGEST_END_MINUTES} minutes for it; abort again to stop waiting.")
                    script.withEnv(["AUTOMATION_STACK_PLACE=${call.place}".toString()]) {
                        script.sh(label: "automation-stack ${call.command} ends", script: Scripts.AWAIT, returnStatus: true)
                    }
                }
            }
        } catch (FlowInterruptedException again) {
            isAwaited = !Interruption.isTimeout(again)
            unawaited(call, Interruption.reason(again))
        } catch (Exception gone) {
            // The agent went away. The interruption of the call counts, not this error.
            unawaited(call, Steps.words(gone))
        }
        return isAwaited
    }

    private void unawaited(Map call, String reason) {
        script.echo("The build does not wait for the end of automation-stack ${call.command} (${reason}). " +
            "It may still be at work on ${script.env.NODE_NAME}: `node runner status` shows the result.")
    }

    /** Who started the build; `jenkins` if a changed branch or a timer did. */
    private String startedBy() {
        String user = 'jenkins'
        for (Object cause : script.currentBuild.getBuildCauses()) {
            if (cause.userId) {
                user = cause.userId
            }
        }
        return user
    }

    private Map outcome(int exitCode, String place) {
        Map result = [:]
        Map told = [:]
        if (!Outcome.isUnspoken(exitCode)) {
            told = toldIn("${place}/outcome.json")
        }
        if (told.result) {
            result.putAll(told.result)
        }
        if (exitCode != 0 && told.error) {
            result.error = told.error
        } else if (exitCode != 0 && exitCode != Outcome.DRIFT) {
            result.error = Outcome.withoutWord(exitCode, "${script.env.NODE_NAME}")
        }
        result.exitCode = exitCode
        return result
    }

    /** The content of the file; empty if it could not be written, e.g. on a full disk. */
    private Map toldIn(String file) {
        try {
            return Json.read(script.readFile(file: file, encoding: 'UTF-8')) as Map
        } catch (Exception unread) {
            if (Steps.isOfAgent(unread)) {
                throw unread
            }
            return [:]
        }
    }

    private static Map optionsOf(Map given, String place) {
        Map options = [:]
        options.putAll(given)
        options.remove('arguments')
        options.result = "${place}/result.json".toString()
        options.error = "${place}/error.json".toString()
        return options
    }

}
