package harness

import groovy.transform.CompileStatic


/** Writes the program and reads it back, with the classes of a given loader. */
class Saved {
    /** @throws NotSerializableException naming the way to the object that cannot be saved */
    static byte[] write(Object root) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(65536)
        try {
            ObjectOutputStream stream = new ObjectOutputStream(bytes)
            stream.writeObject(root)
            stream.close()
        } catch (NotSerializableException problem) {
            String way = new Culprit(problem.message).find(root)
            NotSerializableException told = new NotSerializableException(way == null ? problem.message : "$problem.message ($way)")
            told.initCause(problem)
            throw told
        }
        bytes.toByteArray()
    }

    static Object read(byte[] bytes, ClassLoader loader) {
        new Input(new ByteArrayInputStream(bytes), loader).readObject()
    }

    @CompileStatic
    private static class Input extends ObjectInputStream {
        private final ClassLoader loader

        Input(InputStream stream, ClassLoader loader) {
            super(stream)
            this.loader = loader
        }

        @Override
        protected Class<?> resolveClass(ObjectStreamClass description) throws IOException, ClassNotFoundException {
            try {
                return Class.forName(description.name, false, loader)
            } catch (ClassNotFoundException ignored) {
                return super.resolveClass(description) // primitive types
            }
        }
    }
}
