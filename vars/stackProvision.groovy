import automationstack.Command

/** `node runner provision` as a step; its arguments are in stackProvision.txt. */
Map call(Map arguments = [:]) {
    return new Command(this, 'provision').run(arguments)
}
