package harness

import groovy.io.FileType

/** The shared library of a repository: vars/ and src/, compiled once in a JVM as long as no file changes. */
class SharedLibrary {
    private static final Map<String, SharedLibrary> cache = [:]

    final File root
    /** The names of the global variables: the files in vars/. */
    final Set<String> vars
    /** Class name → byte code. */
    final Map<String, byte[]> bytes

    private SharedLibrary(File root, boolean sandboxed) {
        this.root = root
        Compiled loader = new Compiled([:], sandboxed)
        Set<String> names = new TreeSet<>()
        File src = new File(root, 'src')
        File varsDirectory = new File(root, 'vars')
        loader.addURL(src.toURI().toURL())
        loader.addURL(varsDirectory.toURI().toURL())
        for (File file : sources(src)) {
            String path = src.toPath().relativize(file.toPath()).toString()
            loader.loadClass(path.substring(0, path.length() - '.groovy'.length()).replace(File.separator, '.'))
        }
        for (File file : sources(varsDirectory)) {
            String name = file.name.substring(0, file.name.length() - '.groovy'.length())
            names.add(name)
            loader.loadClass(name)
        }
        vars = names
        bytes = loader.bytes
    }

    /** @return the library of that directory; a library without files is an empty one */
    static synchronized SharedLibrary of(File root, boolean sandboxed = false) {
        StringBuilder key = new StringBuilder(root.path).append(sandboxed ? ' in the sandbox' : '')
        for (String directory : ['vars', 'src']) {
            for (File file : sources(new File(root, directory))) {
                key.append('\n').append(file.path).append(' ').append(file.length()).append(' ').append(file.lastModified())
            }
        }
        SharedLibrary library = cache.get(key.toString())
        if (library == null) {
            library = new SharedLibrary(root, sandboxed)
            cache.put(key.toString(), library)
        }
        library
    }

    /** A resource as `libraryResource` reads it. */
    File resource(String path) {
        new File(new File(root, 'resources'), path)
    }

    private static List<File> sources(File directory) {
        List<File> files = []
        if (directory.directory) {
            directory.eachFileRecurse(FileType.FILES) { File file ->
                if (file.name.endsWith('.groovy')) {
                    files.add(file)
                }
            }
        }
        files.sort { File file -> file.path }
    }
}
