package harness.steps

import groovy.io.FileType

/** Ant's patterns, as `stash`, `archiveArtifacts` and `junit` take them. */
class AntPatterns {
    private static final List<String> DEFAULT_EXCLUDES = [
        '**/*~', '**/#*#', '**/.#*', '**/%*%', '**/._*', '**/CVS', '**/CVS/**', '**/.cvsignore', '**/SCCS', '**/SCCS/**',
        '**/.svn', '**/.svn/**', '**/.DS_Store', '**/.git', '**/.git/**', '**/.gitattributes', '**/.gitignore', '**/.gitmodules',
        '**/.hg', '**/.hg/**', '**/.hgignore', '**/.bzr', '**/.bzr/**', '**/vssver.scc',
    ]

    /** @return relative path → file, sorted, of what the patterns (apart by commas or blanks) include and do not exclude */
    static Map<String, File> matching(File directory, String includes, String excludes = null, boolean defaultExcludes = true) {
        List<String> taken = patterns(includes)
        List<String> left = (excludes ? patterns(excludes) : []) + (defaultExcludes ? DEFAULT_EXCLUDES : []).collect { regex(it) }
        Map<String, File> found = new TreeMap<>()
        if (directory.directory) {
            directory.eachFileRecurse(FileType.FILES) { File file ->
                String path = directory.toPath().relativize(file.toPath()).toString()
                if (taken.any { path ==~ it } && !left.any { path ==~ it }) {
                    found[path] = file
                }
            }
        }
        found
    }

    private static List<String> patterns(String text) {
        text.split(/[,\s]+/).findAll { it }.collect { regex(it) }
    }

    private static String regex(String pattern) {
        String whole = pattern.endsWith('/') ? pattern + '**' : pattern
        StringBuilder result = new StringBuilder()
        for (int i = 0; i < whole.length(); i++) {
            if (whole.startsWith('**/', i)) {
                result << '(?:.*/)?'
                i += 2
            } else if (whole.startsWith('**', i)) {
                result << '.*'
                i += 1
            } else if (whole[i] == '*') {
                result << '[^/]*'
            } else if (whole[i] == '?') {
                result << '[^/]'
            } else {
                result << java.util.regex.Pattern.quote(whole[i])
            }
        }
        result.toString()
    }
}
