import automationstack.Command

/** `node runner drain` as a step; its arguments are in stackDrain.txt. */
Map call(Map arguments = [:]) {
    return new Command(this, 'drain').run(arguments)
}
