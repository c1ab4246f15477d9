package automationstack

import com.cloudbees.groovy.cps.NonCPS
import groovy.json.JsonOutput
import groovy.json.JsonSlurper

/** JSON that passes through an environment variable of Jenkins as it is, by what the sandbox lets through. */
class Json implements Serializable {

    private static final long serialVersionUID = 1L

    /**
     * ASCII only, so that no locale on the way matters; and without a dollar sign, which no tool on the way takes for its
     * own. Written as a map's value: the sandbox lets nothing but maps be written that hold others.
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

    /** The parser's own maps read on demand and cannot be saved. */
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
