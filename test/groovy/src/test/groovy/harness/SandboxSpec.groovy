package harness

import spock.lang.Specification
import spock.lang.Unroll

/** What is refused by reading the source, before anything runs. */
class SandboxSpec extends Specification {

    def "the library does nothing that the sandbox would refuse"() {
        expect:
        Sandbox.complaintsOfLibrary(Repository.root()) == []
    }

    @Unroll
    def "refused, by line: #text"() {
        expect:
        Sandbox.complaints(text, 'X') == ["X:1: the sandbox would refuse $what".toString()]

        where:
        text                                                   | what
        "new File('a')"                                        | 'new java.io.File'
        "new Thread({ }).start()"                              | 'new java.lang.Thread'
        "new URL('https://example.com').text"                  | 'new java.net.URL'
        "System.getenv('HOME')"                                | 'java.lang.System.getenv'
        "System.out.println('a')"                              | 'java.lang.System.out'
        "Runtime.runtime.exec('ls')"                           | 'java.lang.Runtime.runtime'
        "Class.forName('a')"                                   | 'forName'
        "'ls'.execute()"                                       | 'execute'
        "evaluate('1')"                                        | 'evaluate'
        "java.security.MessageDigest.getInstance('SHA-256')"   | 'java.security.MessageDigest.getInstance'
        "jenkins.model.Jenkins.get()"                          | 'jenkins.model.Jenkins.get'
        "currentBuild.rawBuild"                                | 'rawBuild'
        "this.class.classLoader"                               | 'classLoader'
        "String.metaClass.a = { }"                             | 'metaClass'
        "new groovy.json.JsonSlurper()"                        | 'new groovy.json.JsonSlurper'
        "new XmlSlurper()"                                     | 'new groovy.util.XmlSlurper'
        "class A { static int count = 0 }"                     | 'static state (count): builds share it, and a restart loses it'
        "import groovy.transform.*\n".trim() + "; @CompileStatic class A { }" | '@CompileStatic'
    }

    @Unroll
    def "allowed: #text"() {
        expect:
        Sandbox.complaints(text, 'X') == []

        where:
        text << [
            "new ArrayList([1]) + new LinkedHashMap()", "Math.max(1, 2) + Integer.parseInt('1')", "class A { static final int MOST = 3 }; A.MOST",
            "class A { }; new A()", "new groovy.json.JsonSlurperClassic().parseText('{}')", "groovy.json.JsonOutput.toJson([:])", "String.valueOf(1)",
            "java.util.concurrent.TimeUnit.HOURS", "throw new IllegalArgumentException('no')", "@NonCPS def a() { }",
            "x instanceof org.jenkinsci.plugins.workflow.steps.FlowInterruptedException",
        ]
    }
}
