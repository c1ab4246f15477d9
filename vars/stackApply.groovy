import automationstack.Command

/** `node runner apply` as a step; its arguments are in stackApply.txt. */
Map call(Map arguments = [:]) {
    return new Command(this, 'apply').run(arguments)
}
