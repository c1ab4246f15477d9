import automationstack.Command

/** `node runner deploy` as a step; its arguments are in stackDeploy.txt. */
Map call(Map arguments = [:]) {
    return new Command(this, 'deploy').run(arguments)
}
