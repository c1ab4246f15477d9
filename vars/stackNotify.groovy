import automationstack.Command

/** `node runner notify` as a step; its arguments are in stackNotify.txt. */
Map call(Map arguments = [:]) {
    return new Command(this, 'notify').run(arguments)
}
