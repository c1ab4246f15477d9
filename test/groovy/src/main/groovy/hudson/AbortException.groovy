package hudson

/** What a step throws to fail with a message and no stack trace; library code catches it by this name. */
class AbortException extends IOException {
    AbortException(String message) {
        super(message)
    }
}
