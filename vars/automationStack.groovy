import automationstack.Pipeline

/** All stages of the branch, as `automation-stack.yml` and `node runner stages` say; see automationStack.txt. */
Map call(Map arguments = [:]) {
    return new Pipeline(this, arguments).run()
}
