package automationstack

import com.cloudbees.groovy.cps.NonCPS
import groovy.json.JsonOutput
import groovy.json.JsonSlurper

/** JSON that passes unchanged through an environment variable of Jenkins, written with what the sandbox allows. */
class Json implements Serializable {

    private static final long serialVersionUID = 1L

    /**
     * ASCII only, so that no locale matters, and without a dollar sign, which other tools would expand. The value is
     * written inside of a map, because the sandbox lets only maps with nested values be written.
     */
    @NonCPS
    static String write(Object value) {
        String json = JsonOutput.toJson([a: value])
        return json.substring('{"a":'.length(), json.length() - 1).replace('$', '\\u0024')
    }

    /** Plain maps and lists, which survive a restart of the controller. */
    @NonCPS
    static Object read(String text) {
        return plain(new JsonSlurper().parseText(text))
    }

    /** The maps of the parser are lazy and cannot be saved. */
    @NonCPS
    private static Object plain(Object value) {
        if (value instanceof Map) {
            Map plain = [:]
            for (Map.Entry entry : value.entrySet()) {
                plain.put(entry.key, Json.plain(entry.value))
            }
            return plain
        }
        if (value instanceof List) {
            List plain = []
            for (Object item : value) {
                plain.add(Json.plain(item))
            }
            return plain
        }
        return value
    }

}
