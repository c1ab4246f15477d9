import automationstack.Command

/** `node runner rollback` as a step; its arguments are in stackRollback.txt. */
Map call(Map arguments = [:]) {
    return new Command(this, 'rollback').run(arguments)
}
