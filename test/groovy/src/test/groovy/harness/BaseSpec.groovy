package harness
import spock.lang.Specification
class BaseSpec extends Specification {
    def "runs"() { expect: GroovySystem.version == '2.4.21' }
}
