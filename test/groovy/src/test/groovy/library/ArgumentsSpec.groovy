package library

import harness.Jenkins
import spock.lang.Specification

/** Whatever a pipeline passes to a step arrives at the runner byte for byte: no shell, no locale, no expansion between. */
class ArgumentsSpec extends Specification {

    static final int STRINGS = 5000
    static final int EACH_CALL = 625
    static final List<String> PIECES = [
        '"', "'", '\\', '`', '$', '$$', '$HOME', '${PATH}', '$(id)', '`id`', '%PATH%', '!!', '*', '~', '#', ';', '&&', '|',
        '\n', '\r\n', '\t', ' ', '\u0000', '\u0001', '\u001b[31m', '\u007f', '\u00a0', '\u2028', '\ufeff', 'ä', 'ß', '漢字', '🚀',
        '\ud83d', '\udc00', '-', '--force', '-C', '@file', '=', '--', '\\u0024', '</script>', '{"a":1}', 'x', 'word', '0',
    ]

    def '5,000 hostile strings come back from the runner as they were'() {
        given:
        Random random = new Random(20261122)
        List<String> strings = (1..STRINGS).collect { hostile(random) }
        Jenkins jenkins = new Jenkins()
        Project project = new Project()

        when:
        List<String> received = strings.collate(EACH_CALL).collectMany { batch ->
            def build = jenkins.run('''
                @Library('automation-stack') _
                def echoed
                node {
                    def outcome = new automationstack.Runner(this).call('echo', [text: automationstack.Json.read(readFile(file: 'batch.json', encoding: 'UTF-8'))])
                    writeFile(file: 'echoed.json', text: automationstack.Json.write(outcome.data.units), encoding: 'UTF-8')
                }
            '''.stripIndent(), [workspace: prepared(project, batch)])
            assert build.result == 'SUCCESS': build
            textsOf(new groovy.json.JsonSlurper().parse(new File(project.workspace, 'echoed.json'), 'UTF-8'))
        }

        then:
        received.size() == STRINGS
        (0..<STRINGS).every { received[it] == strings[it] }

        cleanup:
        project.remove()
    }

    /** Texts come back as numbers of UTF-16: what looks like a secret would be masked. */
    private static List<String> textsOf(Object units) {
        units.collect { numbers -> new String(numbers.collect { it as char } as char[]) }
    }

    private static File prepared(Project project, List<String> batch) {
        new File(project.workspace, 'batch.json').setText(groovy.json.JsonOutput.toJson(batch), 'UTF-8')
        project.workspace
    }

    /** Up to a dozen pieces, now and then 100 KB of them. */
    private static String hostile(Random random) {
        String text = (0..<random.nextInt(12)).collect { PIECES[random.nextInt(PIECES.size())] }.join('')
        if (random.nextInt(500) == 0) {
            while (text.length() < 100_000) {
                text += (0..<1000).collect { PIECES[random.nextInt(PIECES.size())] }.join('')
            }
        }
        text
    }

}
