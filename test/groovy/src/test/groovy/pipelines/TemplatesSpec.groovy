package pipelines

import harness.Build
import hudson.AbortException
import spock.lang.Unroll

/** The templates that say little, and what holds for all of them. */
class TemplatesSpec extends TemplateSpecification {
    def 'an application’s pipeline is the library’s'() {
        given:
        jenkins.step('automationStack') { [release: [version: '1.0.0']] }

        when:
        Build build = runTemplate('application.Jenkinsfile', [branch: 'main'])

        then:
        build.result == 'SUCCESS'
        build.steps*.name == ['automationStack']
    }

    def 'images of a branch are built, tested and pushed, in this order'() {
        when:
        Build build = runTemplate('image.Jenkinsfile', [branch: 'main'])

        then:
        build.result == 'SUCCESS'
        build.steps*.name.findAll { it.startsWith('stack') } == ['stackBuild', 'stackTest', 'stackPush', 'stackReport']
    }

    def 'those of a pull request are not pushed'() {
        expect:
        runTemplate('image.Jenkinsfile', [branch: 'PR-7', change: [id: '7', target: 'main']]).steps*.name.findAll { it.startsWith('stack') } ==
            ['stackBuild', 'stackTest', 'stackReport']
    }

    def 'nothing is pushed after a failed test, and the report is still made'() {
        given:
        jenkins.step('stackTest') { throw new AbortException('2 failed') }

        when:
        Build build = runTemplate('image.Jenkinsfile', [branch: 'main'])

        then:
        build.result == 'FAILURE'
        build.steps*.name.findAll { it.startsWith('stack') } == ['stackBuild', 'stackTest', 'stackReport']
    }

    @Unroll
    def 'the seed’s #job of an application can be run as it is made'() {
        given:
        jenkins.step('stackDrift') { [exitCode: 0] }
        String text = shop().jobs()["shop/${job}"].value('definition.cps.script')

        when:
        Build build = runText(text, [params: [environment: 'test', version: '', reason: 'slow']])

        then:
        build.result == 'SUCCESS'
        build.steps('git')*.args == [[url: 'https://github.com/acme/shop.git', branch: 'main', credentialsId: 'git']]
        build.steps('checkout') == []

        where:
        job << ['rollback', 'drift']
    }

    def 'the seed makes the jobs of the list, in the sandbox'() {
        given:
        seedSteps('applications: [{ name: shop, repository: x }]')

        when:
        Build build = runSeed()

        then:
        build.result == 'SUCCESS'
        build.steps('jobDsl').size() == 1
        build.steps('jobDsl')[0].args.sandbox == true
        build.steps('jobDsl')[0].args.additionalParameters.applications*.name == ['shop']
    }

    def 'a list that is wrong ends the seed before it changes a job'() {
        given:
        seedSteps('applications: [{ name: shop, repostory: x }]')

        when:
        Build build = runSeed()

        then:
        build.result == 'FAILURE'
        build.steps('jobDsl') == []
        build.log.contains('shop: repostory is unknown; did you mean repository?')
    }

    private ApplicationList shop() {
        new ApplicationList(repository, '''
            applications:
              - name: shop
                repository: https://github.com/acme/shop.git
                credentials: git
                environments: [test, live]
                drift: true
        ''')
    }

    private Build runSeed() {
        runText(new File(repository, 'pipelines/jobs/seed.Jenkinsfile').getText('UTF-8'),
            [env: [DELIVERY_REPOSITORY: 'https://git.example.com/delivery.git', DELIVERY_BRANCH: 'main']])
    }

    private void seedSteps(String yaml) {
        jenkins.step('readYaml') { ApplicationList.parse(yaml) }
        jenkins.step('jobDsl') { null }
    }
}
