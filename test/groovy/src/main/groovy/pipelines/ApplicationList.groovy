package pipelines

import org.yaml.snakeyaml.LoaderOptions
import org.yaml.snakeyaml.Yaml
import org.yaml.snakeyaml.constructor.SafeConstructor

/** The seed job without Jenkins: reads an applications.yml with pipelines/jobs/applications.groovy, and makes its jobs. */
class ApplicationList {
    final Object data
    private final File repository
    private final Script reader

    ApplicationList(File repository, String yaml) {
        this.repository = repository
        data = parse(yaml)
        String text = new File(repository, 'pipelines/jobs/applications.groovy').getText('UTF-8')
        // Jenkins' `load` gives back what the script returns: itself.
        reader = CompiledScript.of(text, 'applications.groovy', null, true, new Binding()).run() as Script
    }

    List<String> problems() {
        reader.invokeMethod('problemsOf', data) as List<String>
    }

    /** The items that the seed makes of the list, by name. */
    Map<String, JobDslNode> jobs() {
        new JobDslRecorder(repository).run(
            new File(repository, 'pipelines/jobs/seed.groovy').getText('UTF-8'),
            [applications: reader.invokeMethod('complete', data), templates: 'pipelines'],
        )
    }

    /** YAML as plain data; a key given twice is refused. */
    static Object parse(String yaml) {
        new Yaml(new SafeConstructor(new LoaderOptions(allowDuplicateKeys: false))).load(yaml)
    }
}
