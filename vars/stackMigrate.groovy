import automationstack.Command

/** `node runner migrate` as a step; its arguments are in stackMigrate.txt. */
Map call(Map arguments = [:]) {
    return new Command(this, 'migrate').run(arguments)
}
