package pipelines

import harness.Repository
import spock.lang.Shared
import spock.lang.Specification
import spock.lang.Unroll

/** The templates call steps that there are, with arguments that their commands take. */
class StepCallsSpec extends Specification {
    @Shared
    File repository = Repository.root()
    @Shared
    CommandPages commands = new CommandPages(new File(repository, 'docs/commands'))

    @Unroll
    def '#name calls the library as it is'() {
        given:
        String text = new File(repository, "pipelines/${name}").getText('UTF-8')

        expect:
        commands.problems(text) == []
        StepCalls.of(text).every { new File(repository, "vars/${it.step}.groovy").isFile() }
        text.contains("@Library('automation-stack') _")
        text.readLines().size() <= 60

        where:
        name << new File(repository, 'pipelines').list().findAll { it.endsWith('.Jenkinsfile') }
    }

    @Unroll
    def 'refused: #call'() {
        expect:
        commands.problems("node {\n  ${call}\n}") == [says]

        where:
        call                                     || says
        "stackPlann env: 'a'"                    || 'line 2: there is no command for stackPlann'
        "stackPlan env: 'a', ot: 'b'"            || 'line 2: stackPlan does not take ot; did you mean out?'
        "def p = stackPlan(env: 'a', plan: 'b')" || 'line 2: stackPlan does not take plan'
        'stackRollback(arguments)'               || 'line 2: stackRollback takes named arguments, written out'
    }

    def 'names of several words are one word in a step'() {
        expect:
        commands.problems("stackApply env: 'a', lockTimeout: '1m', plan: 'x'") == []
    }
}
