package library

import harness.Jenkins
import spock.lang.Specification
import spock.lang.Unroll

/** JSON on its way to the runner and back, from within the sandbox. */
class JsonSpec extends Specification {

    @Unroll
    def 'what is read can be saved and is the same when written: #text'() {
        given:
        def jenkins = new Jenkins()
        jenkins.resumeAt(true) { true }
        jenkins.step('given') { Map args -> text }

        when:
        def build = jenkins.run('''@Library('automation-stack') _
            import automationstack.Json
            def read = Json.read(given())
            echo 'saved'
            echo Json.write(read)''')

        then:
        build.result == 'SUCCESS'
        build.steps('echo')[1].args.message == text

        where:
        text << [
            '{"a":{"b":[1,{"c":null},[]]},"d":1.5,"e":true,"f":{}}', '[1,"two",{"three":3}]', '"text"', '12345678901', 'null',
            '{"money":"5 \\u0024HOME \\u00fc \\u2713 \\"quoted\\" \\\\ \\n"}',
        ]
    }

}
