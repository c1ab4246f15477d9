package harness

import hudson.model.Result
import org.jenkinsci.plugins.workflow.steps.FlowInterruptedException
import org.jenkinsci.plugins.workflow.support.steps.input.Rejection
import org.junit.Rule
import org.junit.rules.TemporaryFolder
import spock.lang.Specification
import spock.lang.Unroll

/** What the sandbox refuses: by reading the source, and when a call is made. */
class SandboxSpec extends Specification {
    /** A result of its own for what is caught: without it the build gets the result at once. */
    private static final TRIED = ~/^src\/automationstack\/Command\.groovy:\d+: .*(FlowInterruptedException|UserInterruption)/

    @Rule
    private final TemporaryFolder folder = new TemporaryFolder()

    def "the library does nothing that the sandbox would refuse, but for what it tries and can do without"() {
        expect:
        Sandbox.complaintsOfLibrary(Repository.root()).findAll { !(it =~ TRIED) } == []
    }

    @Unroll
    def "refused when it is called, #kind"() {
        given:
        def lines = Samples.lines('sandbox/refused.txt')*.split(' // ', 2)

        when:
        def said = run(kind, lines.collect { it[0] })
        def wrong = [lines, said].transpose().findAll { line, words -> !words.contains("Scripts not permitted to use ${line[1]}") }

        then:
        wrong*.join(' → ').join('\n') == ''

        where:
        kind << ['by CPS', 'without CPS']
    }

    @Unroll
    def "allowed when it is called, #kind"() {
        given:
        def lines = Samples.lines('sandbox/allowed.txt')

        when:
        def said = run(kind, lines)
        def wrong = [lines, said].transpose().findAll { line, words -> words != 'allowed' }

        then:
        wrong*.join(' → ').join('\n') == ''

        where:
        kind << ['by CPS', 'without CPS']
    }

    @Unroll
    def "refused, by line: #text"() {
        expect:
        Sandbox.complaintsOf([X: text], []) == ["X:1: the sandbox would refuse $what".toString()]

        where:
        text                                                   | what
        "new File('a')"                                        | 'new java.io.File'
        "System.getenv('HOME')"                                | 'java.lang.System.getenv'
        "System.out.println('a')"                              | 'java.lang.System.out'
        "new XmlSlurper()"                                     | 'new groovy.util.XmlSlurper'
        "new ArrayList()"                                      | 'new java.util.ArrayList'
        "Integer.toString(1)"                                  | 'java.lang.Integer.toString'
        "x.getCauses()"                                        | 'the method getCauses'
        "[1].withIndex()"                                      | 'the method withIndex'
        "[1].min()"                                            | 'the method min'
        "[1].sum { it }"                                       | 'the method sum'
        "enum A { B }"                                         | 'enum A'
        "class A { static int count = 0 }"                     | 'static state (count): builds share it, and a restart loses it'
        "import groovy.transform.*\n".trim() + "; @CompileStatic class A { }" | '@CompileStatic'
    }

    @Unroll
    def "allowed: #text"() {
        expect:
        Sandbox.complaintsOf([X: text], []) == []

        where:
        text << [
            "new ArrayList([1])", "[1].min { it } + [1].sum()", "currentBuild.getBuildCauses()", "x.stash(name: 'a')", "def a() { }; x.a()",
            "Math.max(1, 2) + Integer.parseInt('1')", "class A { static final int MOST = 3 }; A.MOST", "class A { }; new A()",
            "groovy.json.JsonOutput.toJson([:])", "String.valueOf(1)", "java.util.concurrent.TimeUnit.HOURS", "@NonCPS def a() { }",
            "x instanceof org.jenkinsci.plugins.workflow.steps.FlowInterruptedException",
        ]
    }

    @Unroll
    def "a library that is #kind"() {
        given:
        def root = folder.root
        def vars = new File(root, 'vars')
        vars.mkdirs()
        new File(vars, 'largest.groovy').text = '@NonCPS def call(numbers) { numbers.max() }'
        def jenkins = new Jenkins(root)
        jenkins.implicitLibrary = true
        jenkins.sandboxedLibrary = sandboxed

        expect:
        jenkins.run('echo largest([1, 2]).toString()').result == result

        where:
        kind                        | sandboxed | result
        "a folder's is refused it"  | true      | 'FAILURE'
        'trusted may do all'        | false     | 'SUCCESS'
    }

    /** What comes of each line in one build: `allowed`, or the exception. */
    private static List<String> run(String kind, List<String> lines) {
        def jenkins = Samples.jenkins()
        def rejection = new Rejection('bob')
        jenkins.step('given') { Map args -> args.value == 'rejection' ? rejection : new FlowInterruptedException(Result.ABORTED, true, rejection) }
        def methods = lines.withIndex().collect { line, i ->
            "${kind == 'by CPS' ? '' : '@NonCPS '}def line$i(failure, rejection) { return ${line} }"
        }
        def tries = lines.indices.collect { "try { line$it(failure, rejection); said << 'allowed' } catch (Throwable problem) { said << problem.toString() }" }
        def build = jenkins.run("""
            ${methods.join('\n')}
            def failure = given(value: 'failure')
            def rejection = given(value: 'rejection')
            def said = []
            ${tries.join('\n')}
            echo groovy.json.JsonOutput.toJson(said: said)
        """)
        assert build.failure == null
        new groovy.json.JsonSlurper().parseText(build.steps('echo')[0].args.message as String).said
    }
}
