package automationstack

/** Where stages run: an agent with a label, a Docker image on it, or a Kubernetes pod. */
class Agents implements Serializable {

    private static final long serialVersionUID = 1L

    private final Object script

    Agents(Object script) {
        this.script = script
    }

    /**
     * Runs a body on an agent. If that agent goes away, the body runs once more on another one.
     *
     * @param place `label`, `image` with `arguments`, or `podTemplate` (YAML text) with `container`; empty: any agent
     */
    void on(Map place, Closure body) {
        script.retry(count: 2, conditions: [script.agent(), script.nonresumable()]) {
            if (place.podTemplate) {
                inPod(place, body)
            } else {
                script.node(place.label ?: '') {
                    if (place.image) {
                        script.docker.image(place.image).inside(place.arguments ?: '', body)
                    } else {
                        body()
                    }
                }
            }
        }
    }

    private void inPod(Map place, Closure body) {
        script.podTemplate(yaml: place.podTemplate) {
            script.node(script.POD_LABEL) {
                if (place.container) {
                    script.container(place.container, body)
                } else {
                    body()
                }
            }
        }
    }

}
