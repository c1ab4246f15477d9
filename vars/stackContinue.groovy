import automationstack.Command

/** `node runner continue` as a step; its arguments are in stackContinue.txt. */
Map call(Map arguments = [:]) {
    return new Command(this, 'continue').run(arguments)
}
