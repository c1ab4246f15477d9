import automationstack.Command

/** `node runner doctor` as a step; its arguments are in stackDoctor.txt. */
Map call(Map arguments = [:]) {
    return new Command(this, 'doctor').run(arguments)
}
