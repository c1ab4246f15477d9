import automationstack.Command

/** `node runner build` as a step; its arguments are in stackBuild.txt. */
Map call(Map arguments = [:]) {
    return new Command(this, 'build').run(arguments)
}
