import automationstack.Command

/** `node runner report` as a step; its arguments are in stackReport.txt. */
Map call(Map arguments = [:]) {
    return new Command(this, 'report').run(arguments)
}
