package automationstack

/** The commit that is built, checked out on each agent, with the files that earlier stages left for later ones. */
class Source implements Serializable {

    private static final long serialVersionUID = 1L

    private final Object script
    private final Map arguments
    private final Stash stash
    /** The branch as the runner gets it: without the remote's name. */
    String branch
    private String commit

    /** @param arguments of the call; `directory` and `config` are used if they are set */
    Source(Object script, Map arguments) {
        this.script = script
        this.arguments = arguments
        this.stash = new Stash(script, arguments.directory)
    }

    /**
     * @param isSame false if any commit is suitable, for example to report how the build ended
     * @throws AbortException if the branch moved while the build waited: another commit was approved
     */
    void take(boolean isSame = true) {
        Map seen = script.checkout(script.scm)
        String name = script.env.BRANCH_NAME ?: seen.GIT_BRANCH
        branch = name?.replaceFirst('^(refs/heads/|(refs/remotes/)?origin/)', '')
        String before = commit ?: seen.GIT_COMMIT
        if (isSame && before != seen.GIT_COMMIT) {
            script.error("The branch moved from ${before} to ${seen.GIT_COMMIT} while this build waited: build that")
        }
        commit = before
        stash.take()
    }

    /** Keeps what the next stages may need on another agent. */
    void leave() {
        stash.leave()
    }

    /** A file of the project, as a path from the workspace. */
    String file(String name) {
        return arguments.directory ? "${arguments.directory}/${name}" : name
    }

    /** Options of a call of the runner about this branch. */
    Map options(Map given) {
        return place([branch: branch] + given)
    }

    /** Options of a call of the runner about this project. */
    Map place(Map given) {
        Map all = [:]
        all.putAll(given)
        for (String name : ['directory', 'config']) {
            if (arguments[name]) {
                all[name] = arguments[name]
            }
        }
        return all
    }

}
