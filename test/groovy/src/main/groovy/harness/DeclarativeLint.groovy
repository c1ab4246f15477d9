package harness

/** Placeholder replaced below. */
class DeclarativeLint {
    static void check(String text) {
    }
}
