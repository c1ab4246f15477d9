// The entries of applications.yml: checked, and completed. Loaded by the seed job, so it stays within what the sandbox
// allows: no objects made, no classes called.
import com.cloudbees.groovy.cps.NonCPS

/** The entries with what they left out. */
@NonCPS
List complete(Map file) {
    file.applications.collect { entry ->
        [credentials: null, branches: ['main'], environments: [], protected: (entry.environments ?: []).drop(1), owners: [],
         jenkinsfile: 'Jenkinsfile', infrastructure: null, drift: false, retired: false, needs: []] + entry
    }
}

/** What is wrong with the list, every entry of it at once. Values end up in Groovy text: hence the narrow patterns. */
@NonCPS
List problemsOf(file) {
    if (!(file instanceof Map) || !(file.applications instanceof List)) return ['`applications` must be a list']
    def found = file.keySet().findAll { it != 'applications' }.collect { unknown(it, ['applications']) }
    file.applications.eachWithIndex { entry, index ->
        def label = entry instanceof Map && entry.name ? entry.name : "entry ${index + 1}"
        found += (entry instanceof Map ? problemsOfEntry(entry) : ['must be a mapping']).collect { "${label}: ${it}".toString() }
    }
    found ?: problemsBetween(complete(file))
}

@NonCPS
List problemsBetween(List entries) {
    def names = entries.collect { it.name }
    def found = names.findAll { name -> names.count { it == name } > 1 }.unique().collect { "${it}: listed more than once".toString() }
    entries.each { entry ->
        entry.needs.findAll { !names.contains(it) }.each { found << "${entry.name}: needs ${unknown(it, names)}".toString() }
    }
    found ?: cycleOf(entries)
}

@NonCPS
List problemsOfEntry(Map entry) {
    def text = [
        name: '[a-z][a-z0-9-]*', repository: '[A-Za-z0-9@:/._~+-]+', credentials: '[A-Za-z0-9._-]+',
        jenkinsfile: '[A-Za-z0-9/._-]+', infrastructure: '[A-Za-z0-9/._-]+',
    ]
    def lists = [
        branches: '[A-Za-z0-9/._*-]+', environments: '[a-z][a-z0-9-]*', protected: '[a-z][a-z0-9-]*',
        owners: '[A-Za-z0-9 @/._-]+', needs: '[a-z][a-z0-9-]*',
    ]
    def switches = ['drift', 'retired']
    def known = text.keySet() + lists.keySet() + switches
    def found = entry.keySet().findAll { !known.contains(it) }.collect { unknown(it, known) }
    found += ['name', 'repository'].findAll { !entry.containsKey(it) }.collect { "${it} is missing" }
    text.each { key, pattern ->
        if (entry.containsKey(key) && !fits(entry[key], pattern)) found << "${key} must be text like ${pattern}"
    }
    lists.each { key, pattern ->
        def value = entry[key]
        if (entry.containsKey(key) && !(value instanceof List && value.every { fits(it, pattern) })) {
            found << "${key} must be a list of text like ${pattern}"
        }
    }
    switches.each { if (entry.containsKey(it) && !(entry[it] instanceof Boolean)) found << "${it} must be true or false" }
    if (!found) {
        entry.protected.findAll { !entry.environments?.contains(it) }.each { found << "protected: ${unknown(it, entry.environments ?: [])}" }
    }
    if (entry.drift == true && !entry.environments) found << 'drift needs environments'
    if (entry.branches instanceof List && entry.branches.every { "${it}".contains('*') }) {
        found << 'branches must name one without *: rollback and drift read automation-stack.yml from there'
    }
    found
}

@NonCPS
boolean fits(value, String pattern) {
    value instanceof String && value ==~ pattern
}

/** A cycle in `needs`, by name; empty where there is none. */
@NonCPS
List cycleOf(List entries) {
    def needs = entries.collectEntries { [(it.name): it.needs] }
    def done = []
    while (true) {
        def ready = needs.keySet().findAll { !done.contains(it) && done.containsAll(needs[it]) }
        if (!ready) break
        done += ready
    }
    def left = needs.keySet().findAll { !done.contains(it) }
    if (!left) return []
    def path = [left.find { true }]
    while (path.count(path.last()) == 1) path << needs[path.last()].find { left.contains(it) }
    ["needs go in a circle: ${path.drop(path.indexOf(path.last())).join(' → ')}".toString()]
}

/** Says what is unknown, and the name of those known that it most looks like. */
@NonCPS
String unknown(given, known) {
    def near = known.min { distance("${given}", "${it}") }
    def hint = near != null && distance("${given}", "${near}") <= 3 ? "; did you mean ${near}?" : ''
    "${given} is unknown${hint}".toString()
}

/** How many letters must be put in, taken out or changed to make one word the other. */
@NonCPS
int distance(String one, String other) {
    def row = (0..other.length()).collect { it }
    for (int i = 1; i <= one.length(); i++) {
        def next = [i]
        for (int j = 1; j <= other.length(); j++) {
            def change = row[j - 1] + (one.substring(i - 1, i) == other.substring(j - 1, j) ? 0 : 1)
            next << [change, row[j] + 1, next[j - 1] + 1].min { it }
        }
        row = next
    }
    row[other.length()]
}

return this
