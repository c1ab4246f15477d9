package pipelines

/** The runner's commands as docs/commands says, which is made from their definitions. */
class CommandPages {
    private final File directory

    /** @param directory docs/commands */
    CommandPages(File directory) {
        this.directory = directory
    }

    /** The named arguments that the step of a command takes; null where there is no such command. */
    Set<String> argumentsOf(String step) {
        File page = new File(directory, "${step.substring('stack'.length()).toLowerCase()}.md")
        if (!page.isFile()) return null
        Set<String> own = options(page.getText('UTF-8'))
        own + options(new File(directory, 'README.md').getText('UTF-8'))
    }

    /** What is wrong with the calls of steps in a Jenkinsfile. */
    List<String> problems(String jenkinsfile) {
        StepCalls.of(jenkinsfile).findAll { it.step != 'automationStack' }.collectMany { Map call ->
            Set<String> known = argumentsOf(call.step as String)
            if (known == null) return ["line ${call.line}: there is no command for ${call.step}".toString()]
            if (!call.plain) return ["line ${call.line}: ${call.step} takes named arguments, written out".toString()]
            (call.names as List<String>).findAll { !known.contains(it) }.collect {
                "line ${call.line}: ${call.step} does not take ${it}${Nearest.hint(it, known)}".toString()
            }
        }
    }

    /** `--lock-timeout DURATION` in a table's first column is `lockTimeout`. */
    private static Set<String> options(String page) {
        (page =~ /(?m)^\| `(?:-\w, )?--([a-z-]+)/).collect { match -> match[1].replaceAll(/-([a-z])/) { it[1].toUpperCase() } } as Set
    }
}
