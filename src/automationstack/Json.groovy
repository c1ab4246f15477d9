package automationstack

import com.cloudbees.groovy.cps.NonCPS
import groovy.json.JsonOutput
import groovy.json.JsonSlurperClassic

/** JSON that passes through an environment variable of Jenkins as it is. */
class Json implements Serializable {

    private static final long serialVersionUID = 1L

    /**
     * ASCII only, so that no locale on the way matters; and without a dollar sign, since `withEnv` replaces `$NAME` in
     * values.
     */
    @NonCPS
    static String write(Object value) {
        return JsonOutput.toJson(value).replace('$', '\\u0024')
    }

    /** Plain maps and lists, which survive a restart of the controller. */
    @NonCPS
    static Object read(String text) {
        return new JsonSlurperClassic().parseText(text)
    }

}
