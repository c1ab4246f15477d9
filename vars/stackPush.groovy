import automationstack.Command

/** `node runner push` as a step; its arguments are in stackPush.txt. */
Map call(Map arguments = [:]) {
    return new Command(this, 'push').run(arguments)
}
