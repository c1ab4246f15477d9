package hudson.model

/** A user, as far as a cause of interruption tells of one. */
class User {
    final String id

    User(String id) {
        this.id = id
    }

    String getFullName() {
        id
    }

    @Override
    String toString() {
        id
    }
}
