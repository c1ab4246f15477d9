package journeys

import spock.lang.AutoCleanup
import spock.lang.Shared
import spock.lang.Specification
import spock.lang.Stepwise

/** hello-ecs by its own Jenkinsfile: an ECS service for each environment, promoted without a question. */
@Stepwise
class HelloEcsJourney extends Specification {

    @Shared @AutoCleanup('remove')
    Shop shop = new Shop('hello-ecs')

    def 'a build of develop makes the service and brings the release to staging'() {
        when:
        def build = shop.build('develop')

        then:
        build.result == 'SUCCESS'
        shop.lastDeployment('staging').status == 'healthy'
        build.description.contains(shop.lastDeployment('staging').version)
        shop.slackThread(build).message.text.contains('succeeded')
    }

    def 'a build of main promotes the very same digests to production without a question'() {
        given:
        shop.mergeToMain()

        when:
        def build = shop.build('main')

        then:
        build.result == 'SUCCESS'
        build.steps('input').empty
        shop.lastDeployment('production').version == shop.lastDeployment('staging').version
        shop.lastDeployment('production').targets.web.digest == shop.lastDeployment('staging').targets.web.digest
    }

}
