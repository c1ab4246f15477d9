package journeys

import spock.lang.AutoCleanup
import spock.lang.Shared
import spock.lang.Specification
import spock.lang.Stepwise

/** blue-green by its own Jenkinsfile: a switch between two services, and the contract step behind it. */
@Stepwise
class BlueGreenJourney extends Specification {

    @Shared @AutoCleanup('remove')
    Shop shop = new Shop('blue-green')

    def 'a build of develop makes the services and the database, and brings the release to the idle colour'() {
        when:
        def build = shop.build('develop')

        then:
        build.result == 'SUCCESS'
        shop.lastDeployment('staging').status == 'healthy'
        shop.lastDeployment('staging').targets.app.facts.live == 'green'
        shop.health('staging').status == 'ok'
    }

    def 'the next build brings the new column, and its contract stage is one of its own'() {
        given:
        shop.overlay('releases/2', 'app')
        shop.commit('feat: orders know the name of the customer')

        when:
        def build = shop.build('develop')

        then:
        build.result == 'SUCCESS'
        build.stages*.name.last() == 'Contract staging'
        build.steps('input').empty
        shop.lastDeployment('staging').targets.app.facts.live == 'blue'
    }

    def 'a release that a check stops gets no requests, and contracts nothing'() {
        given:
        String before = shop.lastDeployment('staging').version
        shop.change('app/orders.py') { it.replace('coalesce(customer_name, customer) FROM', 'left(customer_name, 3) FROM') }
        shop.commit('feat: short names in the list')

        when:
        def build = shop.build('develop')

        then:
        build.result == 'FAILURE'
        shop.lastDeployment('staging').status == 'rolled-back'
        shop.health('staging').version == before
        build.stages*.toString().last() == 'Contract staging: NOT_BUILT'
    }

}
