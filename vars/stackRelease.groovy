import automationstack.Command

/** `node runner release` as a step; its arguments are in stackRelease.txt. */
Map call(Map arguments = [:]) {
    return new Command(this, 'release').run(arguments)
}
