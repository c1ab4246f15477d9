package harness

/** The samples by which the harness is shown to catch what it should, and nothing else. */
class Samples {
    /** The samples of a folder, by path. */
    static List<File> of(String folder) {
        File directory = new File(System.getProperty('samples'), folder)
        directory.listFiles().findAll { it.name.endsWith('.groovy') }.sort { it.name }
    }

    /** The lines of a file of samples. */
    static List<String> lines(String file) {
        new File(System.getProperty('samples'), file).readLines('UTF-8')
    }

    /** The first line, without its slashes. */
    static String expected(File sample) {
        sample.readLines('UTF-8')[0].replaceFirst('^// ?', '')
    }

    /** A Jenkins with what the samples use. */
    static Jenkins jenkins() {
        Jenkins jenkins = new Jenkins(Repository.root())
        jenkins.tolerant = true
        jenkins.credentials.putAll([
            token: 'sesame', database: [username: 'shop', password: 'a$b"c'], kubeconfig: [file: 'clusters: []', name: 'config'],
            'deploy-key': [key: '-----BEGIN PRIVATE KEY-----\nabcdefgh\n', username: 'deploy'],
        ])
        jenkins
    }

    /** What the harness has to say: the violations, and what ended the build. */
    static List<String> complaints(Build build) {
        List<String> all = []
        all.addAll(build.violations)
        if (build.failure != null) {
            all << build.failure.toString()
        }
        all
    }
}
