import automationstack.Command

/** `node runner test` as a step; its arguments are in stackTest.txt. */
Map call(Map arguments = [:]) {
    return new Command(this, 'test').run(arguments)
}
