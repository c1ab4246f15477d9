import automationstack.Command

/** `node runner promote` as a step; its arguments are in stackPromote.txt. */
Map call(Map arguments = [:]) {
    return new Command(this, 'promote').run(arguments)
}
