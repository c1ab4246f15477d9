package harness.steps

import harness.StepLibrary

/** Steps that the interpreter of declarative pipelines needs from the host. */
class DeclarativeSteps {
    static void register(StepLibrary steps) {
    }
}
