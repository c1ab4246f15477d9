package harness.prelude

/** Placeholder. */
class Declarative implements Serializable {
    private static final long serialVersionUID = 1L
}
