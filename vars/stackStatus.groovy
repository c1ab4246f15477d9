import automationstack.Command

/** `node runner status` as a step; its arguments are in stackStatus.txt. */
Map call(Map arguments = [:]) {
    return new Command(this, 'status').run(arguments)
}
