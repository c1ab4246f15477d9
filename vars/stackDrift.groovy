import automationstack.Command

/** `node runner drift` as a step; its arguments are in stackDrift.txt. */
Map call(Map arguments = [:]) {
    return new Command(this, 'drift').run(arguments)
}
