package pipelines

/** Finds the known word that a misspelt one most looks like, so that a complaint can name it. */
class Nearest {
    /** A hint to put after a complaint; empty where nothing known is near. */
    static String hint(String given, Collection<String> known) {
        String near = known.min { distance(given, it) }
        near != null && distance(given, near) <= Math.max(2, given.length().intdiv(3)) ? "; did you mean ${near}?" : ''
    }

    private static int distance(String one, String other) {
        List<Integer> row = (0..other.length()).toList()
        for (int i = 1; i <= one.length(); i++) {
            List<Integer> next = [i]
            for (int j = 1; j <= other.length(); j++) {
                int change = row[j - 1] + (one[i - 1].equalsIgnoreCase(other[j - 1]) ? 0 : 1)
                next << [change, row[j] + 1, next[j - 1] + 1].min()
            }
            row = next
        }
        row.last()
    }
}
