package pipelines

import harness.Build

/** rollback.Jenkinsfile: brings back what was asked for, with a reason, and production only with an approval. */
class RollbackTemplateSpec extends TemplateSpecification {
    def 'staging goes back to the release that is named, without asking'() {
        when:
        Build build = run(environment: 'staging', version: '1.4.0', reason: 'slow')

        then:
        build.result == 'SUCCESS'
        build.steps('stackRollback')*.args == [[env: 'staging', to: '1.4.0', wait: '10m']]
        build.steps('input') == []
        build.description == 'staging: slow'
    }

    def 'without a version it is the release before'() {
        expect:
        run(environment: 'staging', version: '', reason: 'slow').steps('stackRollback')*.args == [[env: 'staging', wait: '10m']]
    }

    def 'the team reads the reason'() {
        expect:
        run(environment: 'staging', version: '', reason: 'slow').steps('stackNotify')*.args ==
            [[env: 'staging', status: 'running', message: 'Rolling back: slow']]
    }

    def 'production asks first, outside of any agent'() {
        given:
        jenkins.answer('alice')

        when:
        Build build = run(environment: 'production', version: '1.4.0', reason: 'broken')

        then:
        build.result == 'SUCCESS'
        build.steps('input')*.args*.message == ['Roll back production to 1.4.0? broken']
        !build.steps('input')[0].inside('node')
        build.steps('stackRollback')*.args == [[env: 'production', to: '1.4.0', wait: '10m']]
    }

    def 'a refusal leaves production alone'() {
        given:
        jenkins.refuse('bob')

        when:
        Build build = run(environment: 'production', version: '', reason: 'broken')

        then:
        build.result == 'ABORTED'
        build.steps('stackRollback') == []
    }

    def 'nobody is asked, and nothing is done, without a reason'() {
        when:
        Build build = run(environment: 'production', version: '', reason: '')

        then:
        build.result == 'FAILURE'
        build.steps('input') == []
        build.steps('stackRollback') == []
    }

    private Build run(Map params) {
        runTemplate('rollback.Jenkinsfile', [params: params])
    }
}
