package harness.steps

import harness.Execution

/** Which lockable resources are free. */
class Locks {
    /** @return the resources that the arguments of `lock` ask for, or null where they are not all free */
    static List<String> free(Execution execution, Map<String, Object> args) {
        List<String> wanted = args.resource ? [args.resource as String] : []
        List<String> busy = (execution.program.locks.keySet() as List) + (execution.jenkins.lockedElsewhere as List)
        if (args.label) {
            List<String> labelled = execution.jenkins.resources.findAll { args.label in it.value }.keySet() as List
            if (labelled.isEmpty()) {
                throw new IllegalArgumentException("The resource label does not exist: $args.label")
            }
            List<String> open = labelled - busy
            int count = (args.quantity ?: labelled.size()) as int
            if (open.size() < count) {
                return null
            }
            wanted += open.take(count)
        }
        args.extra.each { wanted << (it.resource as String) }
        wanted.any { it in busy } ? null : wanted
    }
}
