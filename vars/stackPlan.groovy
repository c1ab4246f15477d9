import automationstack.Command

/** `node runner plan` as a step; its arguments are in stackPlan.txt. */
Map call(Map arguments = [:]) {
    return new Command(this, 'plan').run(arguments)
}
