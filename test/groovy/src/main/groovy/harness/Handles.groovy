package harness

import groovy.transform.CompileStatic
import hudson.model.Result

/** `env`: reads the environment where the program stands; what it sets holds for the whole build. */
@CompileStatic
class EnvHandle extends GroovyObjectSupport implements Serializable {
    private static final long serialVersionUID = 1L
    static final EnvHandle INSTANCE = new EnvHandle()

    private Object readResolve() {
        INSTANCE
    }

    @Override
    Object getProperty(String name) {
        Execution.current().environment.current().get(name)
    }

    @Override
    void setProperty(String name, Object value) {
        Execution.current().program.environment.put(name, String.valueOf(value))
    }

    Map<String, String> getEnvironment() {
        new TreeMap<String, String>(Execution.current().environment.current())
    }
}

/** `currentBuild`. */
@CompileStatic
class BuildHandle implements Serializable {
    private static final long serialVersionUID = 1L
    static final BuildHandle INSTANCE = new BuildHandle()

    private Object readResolve() {
        INSTANCE
    }

    private static Build build() {
        Execution.current().build
    }

    /** Null as long as nothing has gone wrong, as in Jenkins. */
    String getResult() {
        build().currentResult?.toString()
    }

    /** A result only ever gets worse. */
    void setResult(String result) {
        build().worsen(Result.fromString(result))
    }

    String getCurrentResult() {
        build().currentResult?.toString() ?: 'SUCCESS'
    }

    boolean resultIsBetterOrEqualTo(String other) {
        Result.fromString(currentResult).isBetterOrEqualTo(Result.fromString(other))
    }

    boolean resultIsWorseOrEqualTo(String other) {
        Result.fromString(currentResult).isWorseOrEqualTo(Result.fromString(other))
    }

    String getDescription() {
        build().description
    }

    void setDescription(String text) {
        build().description = text
    }

    String getDisplayName() {
        build().displayName
    }

    void setDisplayName(String text) {
        build().displayName = text
    }

    String getFullDisplayName() {
        "${build().jobName} ${build().displayName}".toString()
    }

    String getFullProjectName() {
        build().jobName
    }

    String getProjectName() {
        build().jobName.tokenize('/').last()
    }

    int getNumber() {
        build().number
    }

    String getId() {
        String.valueOf(build().number)
    }

    String getAbsoluteUrl() {
        build().url
    }

    Object getPreviousBuild() {
        build().options.get('previousBuild')
    }

    Object getPreviousBuiltBuild() {
        previousBuild
    }

    /** The last build before this one that ended well, where the spec gave one. */
    Object getPreviousSuccessfulBuild() {
        Map before = (Map) previousBuild
        before?.get('result') == 'SUCCESS' ? before : null
    }

    List getUpstreamBuilds() {
        []
    }

    Map<String, String> getBuildVariables() {
        [:]
    }

    boolean isKeepLog() {
        false
    }

    String getDurationString() {
        "${duration.intdiv(1000)} sec and counting".toString()
    }

    long getTimeInMillis() {
        0L
    }

    List getChangeSets() {
        []
    }

    long getStartTimeInMillis() {
        0L
    }

    long getDuration() {
        Execution.current().clock
    }

    List<Map<String, String>> getBuildCauses(String type = null) {
        List<Map<String, String>> causes = (List<Map<String, String>>) (build().options.get('causes') ?: [[_class: 'hudson.model.Cause$UserIdCause', shortDescription: 'Started by user admin', userId: 'admin']])
        type == null ? causes : causes.findAll { Map<String, String> cause -> cause.get('_class').endsWith(type) }
    }

    Object getRawBuild() {
        throw new SecurityException('Scripts not permitted to use method org.jenkinsci.plugins.workflow.support.steps.build.RunWrapper getRawBuild')
    }
}

/** `scm`: where the Jenkinsfile came from. */
@CompileStatic
class ScmHandle implements Serializable {
    private static final long serialVersionUID = 1L
    static final ScmHandle INSTANCE = new ScmHandle()

    private Object readResolve() {
        INSTANCE
    }
}
