package harness

/** Where the files under test are: the root of this repository. */
class Repository {
    /** The root directory, as the build tells it in the system property `repository`. */
    static File root() {
        String given = System.getProperty('repository')
        if (given == null) {
            throw new IllegalStateException('The system property repository is not set: run the specs by scripts/groovy.mjs.')
        }
        new File(given).canonicalFile
    }
}
