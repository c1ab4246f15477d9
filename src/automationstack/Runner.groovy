package automationstack

/** The runner on this agent: brings it there, calls it, reads how the call ended. */
class Runner implements Serializable {

    private static final long serialVersionUID = 1L

    /** Longer than this the arguments travel in a file: Linux takes 128 KiB for one environment variable. */
    private static final int LONGEST_VARIABLE = 100000

    private static final int LONGEST_RUN_ID = 120

    /** Constant: whatever varies is in the environment, where nothing needs quoting. */
    private static final String SCRIPT = '''\
#!/bin/sh
find "$AUTOMATION_STACK_CALLS" -type f -mtime +7 -delete 2>/dev/null
if [ -n "${AUTOMATION_STACK_DELIVERED:-}" ]; then
    version=$(node -p process.versions.node 2>/dev/null) || exit 127
    [ "${version%%.*}" -ge 20 ] || exit 126
    mv -f "$AUTOMATION_STACK_DELIVERED" "$AUTOMATION_STACK_RUNNER" || exit 125
fi
exec node "$AUTOMATION_STACK_RUNNER"
'''

    private final Object script

    Runner(Object script) {
        this.script = script
    }

    /**
     * Calls the runner once.
     *
     * @param command `deploy`, `stages` …
     * @param given options by their camel-case name; `arguments` is the list of words without an option
     * @return the result file's content with `exitCode` and, where it failed, `error`
     */
    Map call(String command, Map given) {
        String folder = "${script.pwd(tmp: true)}/automation-stack"
        String place = "${folder}/calls/${UUID.randomUUID()}"
        Map options = optionsOf(given, place)
        String json = Json.write([
            library: script.libraryResource('automation-stack/version').trim(),
            command: command,
            options: options,
            arguments: given.arguments ?: [],
        ])
        List environment = deliver(folder)
        environment.add("AUTOMATION_STACK_CALLS=${literal(folder)}/calls".toString())
        if (json.length() > LONGEST_VARIABLE) {
            script.writeFile(file: "${place}/arguments.json", text: json, encoding: 'UTF-8')
            environment.add("AUTOMATION_STACK_ARGUMENTS_FILE=${literal(place)}/arguments.json".toString())
        } else {
            environment.add("AUTOMATION_STACK_ARGUMENTS=${json}".toString())
        }
        int exitCode = 0
        script.withEnv(environment) {
            exitCode = script.sh(label: "automation-stack ${command}", script: SCRIPT, returnStatus: true)
        }
        return outcome(exitCode, place)
    }

    /**
     * The name of a build's run, also as a file. Of a long one the end is kept, where the number stands.
     *
     * @param tag BUILD_TAG, in which the branch `a/b` is `a%2Fb`
     */
    static String runId(String tag) {
        String name = tag.replaceAll('[^A-Za-z0-9._-]+', '-')
        String end = name.length() > LONGEST_RUN_ID ? name.substring(name.length() - LONGEST_RUN_ID) : name
        return end.replaceFirst('^[.-]+', '')
    }

    /** Where the runner is, as environment variables; written to the agent once for each workspace. */
    private List deliver(String folder) {
        List environment = [
            "AUTOMATION_STACK_RUN=${runId(script.env.BUILD_TAG)}".toString(),
            "AUTOMATION_STACK_WHO=${literal(startedBy())}".toString(),
        ]
        String preinstalled = script.env.AUTOMATION_STACK_RUNNER
        if (preinstalled) {
            return environment
        }
        String home = "${folder}/${script.libraryResource('automation-stack/runner.sha256').trim()}"
        String file = "${home}/runner.mjs"
        environment.add("AUTOMATION_STACK_RUNNER=${literal(file)}".toString())
        if (!script.fileExists(file)) {
            // A name of its own, moved into place at once: branches of `parallel` share the workspace.
            String delivered = "${home}/${UUID.randomUUID()}.mjs"
            script.writeFile(
                file: delivered, text: script.libraryResource('automation-stack/runner.mjs'), encoding: 'UTF-8')
            environment.add("AUTOMATION_STACK_DELIVERED=${literal(delivered)}".toString())
        }
        return environment
    }

    /** Who started the build; `jenkins` where it was a branch that changed, or the clock. */
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
        if (script.fileExists("${place}/result.json")) {
            result.putAll(Json.read(script.readFile(file: "${place}/result.json", encoding: 'UTF-8')) as Map)
        }
        if (exitCode != 0 && script.fileExists("${place}/error.json")) {
            result.error = Json.read(script.readFile(file: "${place}/error.json", encoding: 'UTF-8'))
        } else if (exitCode != 0 && exitCode != Outcome.DRIFT) {
            result.error = Outcome.withoutWord(exitCode, "${script.env.NODE_NAME}")
        }
        result.exitCode = exitCode
        return result
    }

    private static Map optionsOf(Map given, String place) {
        Map options = [:]
        options.putAll(given)
        options.remove('arguments')
        options.result = "${place}/result.json".toString()
        options.error = "${place}/error.json".toString()
        return options
    }

    /** A value of `withEnv` in which no dollar sign is taken for a variable. */
    private static String literal(String value) {
        return value.replace('$', '$$')
    }

}
