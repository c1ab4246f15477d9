package pipelines

/** A plugins.txt: one `name:version` a line, comments with #. */
class PluginList {
    final Map<String, String> versions = [:]
    final List<String> problems = []

    PluginList(String text) {
        text.readLines().findAll { it.trim() && !it.startsWith('#') }.each { String line ->
            List<String> parts = line.tokenize(':')
            if (!(line ==~ /[a-z0-9-]+:[0-9][A-Za-z0-9._-]*/)) problems << "not name:version: ${line}".toString()
            else if (versions.containsKey(parts[0])) problems << "listed twice: ${parts[0]}".toString()
            else versions[parts[0]] = parts[1]
        }
    }
}
