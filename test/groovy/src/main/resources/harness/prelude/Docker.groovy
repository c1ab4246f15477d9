package harness.prelude

/** `docker.image(name).inside(arguments) { … }`, as the Docker Pipeline plugin has it. */
class Docker implements Serializable {
    private static final long serialVersionUID = 1L

    Image image(String name) {
        new Image(name)
    }

    static class Image implements Serializable {
        private static final long serialVersionUID = 1L
        final String id

        Image(String id) {
            this.id = id
        }

        def inside(String args = '', Closure body) {
            harness.Dsl.INSTANCE.withDockerContainer(image: id, args: args) {
                body()
            }
        }

        String imageName() {
            id
        }
    }
}
