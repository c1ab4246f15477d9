package hudson.model

/** The result of a build; a build's result only ever gets worse. */
class Result implements Serializable {
    private static final long serialVersionUID = 1L

    static final Result SUCCESS = new Result('SUCCESS', 0)
    static final Result UNSTABLE = new Result('UNSTABLE', 1)
    static final Result FAILURE = new Result('FAILURE', 2)
    static final Result NOT_BUILT = new Result('NOT_BUILT', 3)
    static final Result ABORTED = new Result('ABORTED', 4)

    final String name
    final int ordinal

    private Result(String name, int ordinal) {
        this.name = name
        this.ordinal = ordinal
    }

    /** The result of that name; as in Jenkins, an unknown name is a failure. */
    static Result fromString(String name) {
        [SUCCESS, UNSTABLE, FAILURE, NOT_BUILT, ABORTED].find { it.name == name?.toUpperCase(Locale.ROOT) } ?: FAILURE
    }

    Result combine(Result other) {
        other != null && other.ordinal > ordinal ? other : this
    }

    boolean isWorseThan(Result other) {
        ordinal > other.ordinal
    }

    boolean isWorseOrEqualTo(Result other) {
        ordinal >= other.ordinal
    }

    boolean isBetterOrEqualTo(Result other) {
        ordinal <= other.ordinal
    }

    @Override
    String toString() {
        name
    }

    private Object readResolve() {
        fromString(name)
    }
}
