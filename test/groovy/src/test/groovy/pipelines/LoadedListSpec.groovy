package pipelines

import harness.Build

/** applications.groovy as Jenkins runs it: through the CPS transformation, saved and read back at every step. */
class LoadedListSpec extends TemplateSpecification {
    def 'its functions work in a pipeline, and what they give survives a step'() {
        when:
        Build build = run('''
            def file = [applications: [[name: 'shop', repository: 'x', needs: ['auth']], [name: 'auth', repository: 'y']]]
            def problems = problemsOf(file)
            def entries = complete(file)
            echo "${problems.size()} problems, ${entries.collect { it.name }} on ${entries[0].branches}"
        ''')

        then:
        build.result == 'SUCCESS'
        build.steps('echo')*.args == [[message: '0 problems, [shop, auth] on [main]']]
    }

    def 'problems are told as in any other run'() {
        when:
        Build build = run('''
            def problems = problemsOf([applications: [[name: 'a', repository: 'x', needs: ['b']], [name: 'b', repository: 'x', needs: ['a']]]])
            echo problems.join(', ')
            echo problemsOf([applications: [[nme: 'a']]]).join(', ')
        ''')

        then:
        build.result == 'SUCCESS'
        build.steps('echo')*.args*.message == [
            'needs go in a circle: a → b → a',
            'entry 1: nme is unknown; did you mean name?, entry 1: name is missing, entry 1: repository is missing',
        ]
    }

    private Build run(String use) {
        String text = new File(repository, 'pipelines/jobs/applications.groovy').getText('UTF-8')
        assert text.trim().endsWith('return this')
        runText(text.replace('return this', use))
    }
}
