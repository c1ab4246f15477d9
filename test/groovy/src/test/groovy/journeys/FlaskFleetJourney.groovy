package journeys

import spock.lang.AutoCleanup
import spock.lang.Shared
import spock.lang.Specification
import spock.lang.Stepwise

/**
 * What a team does with flask-fleet in its first days, by its own Jenkinsfile: the packed runner on real Terraform,
 * Ansible over SSH, images, a registry, hosts, a load balancer and Slack, all of the local environment.
 */
@Stepwise
class FlaskFleetJourney extends Specification {

    /** A setting that nobody made: the unit tests do not need it, the hosts do. */
    static final String BREAK = '\nif os.environ.get("APP_ENVIRONMENT"):\n    database = os.environ["DATABASE_URL"]\n'

    @Shared @AutoCleanup('remove')
    Shop shop = new Shop('flask-fleet', [staging: 4, production: 6])

    def 'a build of develop makes the hosts, configures them and brings the release to staging'() {
        when:
        def build = shop.build('develop')

        then:
        build.result == 'SUCCESS'
        build.stages*.name.toSet() == [
            'Build web', 'Test web', 'Push images', 'Plan staging', 'Apply staging', 'Provision staging', 'Deploy to staging',
        ].toSet()
        shop.lastDeployment('staging').status == 'healthy'
        shop.lastDeployment('staging').runUrl == build.url
        shop.health('staging').version == shop.lastDeployment('staging').version
        build.description.contains(shop.lastDeployment('staging').version)
        build.description.contains(shop.lastDeployment('staging').url)

        and: 'its report and its stages are published'
        build.published.html.size() == 1
        build.published.junit.size() == 1

        and: 'Slack holds one message of it, which says that it went well'
        def thread = shop.slackThread(build)
        thread.message.channelName == '#deploys-staging'
        thread.message.text.contains('succeeded')
        thread.message.toString().contains('Deploy to staging')

        and: 'no secret stands anywhere'
        !build.log.contains(shop.variables.SLACK_BOT_TOKEN)
    }

    def 'a build of main promotes the very same digests to production once somebody approved it'() {
        given:
        shop.mergeToMain()
        shop.jenkins.answer('alice')
        def staged = shop.lastDeployment('staging')

        when:
        def build = shop.build('main')

        then:
        build.result == 'SUCCESS'
        def promoted = shop.lastDeployment('production')
        promoted.version == staged.version
        promoted.targets.web.digest == staged.targets.web.digest
        promoted.approvedBy == 'alice'
        shop.health('production').version == staged.version

        and:
        def thread = shop.slackThread(build)
        thread.message.channelName == '#deploys'
        thread.message.text.contains('succeeded')
        thread.message.toString().contains('Approve production')
    }

    def 'a build that breaks the application leaves staging as it was and says why'() {
        given:
        def before = shop.lastDeployment('staging')
        shop.change('app/app.py') { it.replace('\napp = create_app()', BREAK + '\napp = create_app()') }
        shop.commit('feat: use the database')

        when:
        def build = shop.build('develop')

        then:
        build.result == 'FAILURE'
        build.stage('Deploy to staging').status == 'FAILURE'
        build.failure.message.contains('Deploy to staging')
        shop.lastDeployment('staging').status == 'rolled-back'
        shop.health('staging').version == before.version

        and: 'the thread has the reason with its evidence'
        def thread = shop.slackThread(build)
        thread.message.text.contains('rolled back')
        thread.replies.any { it.toString().contains('DATABASE_URL') }
    }

    def 'a build of main that nobody lets pass changes nothing, and is recorded'() {
        given:
        shop.change('app/app.py') { it.replace(BREAK, '') + '\n# and on\n' }
        shop.commit('fix: no database after all')
        shop.mergeToMain()
        shop.jenkins.refuse('bob')
        def before = shop.lastDeployment('production')

        when:
        def build = shop.build('main')

        then:
        build.result == 'NOT_BUILT'
        build.failure.message.contains('refused by bob')
        shop.lastDeployment('production').sequence == before.sequence
        shop.slackThread(build).toString().contains('refused by bob')
    }

    def 'a build that is aborted while it deploys leaves staging as it was, and Slack hears of it once'() {
        given:
        def before = shop.lastDeployment('staging')
        shop.change('app/app.py') { it + '\n# and further\n' }
        shop.commit('fix: go on')
        shop.jenkins.abortAt('carol') { it.name == 'sh' && it.inside('stage:Deploy to staging') }

        when:
        def build = shop.build('develop')

        then:
        build.result == 'ABORTED'
        shop.lastDeployment('staging').status != 'running'
        shop.health('staging').version == before.version
        shop.slackThread(build).message.text.contains('interrupted')
        build.published.html.size() == 1
    }

}
