package pipelines

/** The references ${NAME} and ${NAME:-default} in texts of configuration as code. */
class References {
    /** The names that a value refers to, in texts at any depth. */
    static Set<String> namesIn(Object value) {
        Set<String> names = [] as TreeSet
        texts(value).each { String text -> (text =~ /(?<!\^)\$\{([^}:]+)(?::-[^}]*)?\}/).each { names << it[1] } }
        names
    }

    /** Every text in a value, at any depth. */
    static List<String> texts(Object value) {
        if (value instanceof Map) return value.values().collectMany { texts(it) }
        if (value instanceof List) return value.collectMany { texts(it) }
        value instanceof String ? [value] : []
    }
}
