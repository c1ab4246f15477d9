package harness

import spock.lang.Specification
import spock.lang.Unroll

/** The harness itself, shown to fail: what Jenkins would refuse is caught, and nothing else is. */
class SamplesSpec extends Specification {

    @Unroll
    def "caught: #sample.name"() {
        given:
        def jenkins = Samples.jenkins()
        // A library is trusted: the sandbox does not keep it from what cannot be saved.
        jenkins.sandbox = !(Samples.expected(sample) =~ /NotSerializable|LazyMap/)
        if (sample.name.startsWith('input-inside')) {
            jenkins.answer('alice')
        }

        when:
        def build = jenkins.run(sample.getText('UTF-8'), [branch: 'main'])
        def complaints = Samples.complaints(build)

        then:
        complaints.any { it.contains(Samples.expected(sample)) }

        where:
        sample << Samples.of('bad') + Samples.of('declarative/bad')
    }

    @Unroll
    def "passed: #sample.name"() {
        given:
        def jenkins = Samples.jenkins()
        jenkins.answer('alice', sample.name == 'approval.groovy' ? [REGION: 'eu'] : [:])
        def (String result, String text) = Samples.expected(sample).split(': ', 2)

        when:
        def build = jenkins.run(sample.getText('UTF-8'), [branch: 'main'])
        def complaints = Samples.complaints(build).findAll { result == 'SUCCESS' || !it.contains(String.valueOf(build.failure)) }

        then:
        complaints.empty
        build.result == result
        build.log.contains(text)

        where:
        sample << Samples.of('good') + Samples.of('declarative/good')
    }

    @Unroll
    def "the same when restarted at every step: #sample.name"() {
        given:
        def jenkins = Samples.jenkins()
        jenkins.answer('alice', sample.name == 'approval.groovy' ? [REGION: 'eu'] : [:])
        jenkins.resumeAt(true) { true }
        def (String result, String text) = Samples.expected(sample).split(': ', 2)

        when:
        def build = jenkins.run(sample.getText('UTF-8'), [branch: 'main'])

        then:
        build.result == result
        build.log.contains(text)
        build.log.count('Resuming build') == build.steps.size()

        where:
        sample << Samples.of('good') + Samples.of('declarative/good')
    }
}
