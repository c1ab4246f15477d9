package pipelines

import spock.lang.Specification
import spock.lang.Unroll

/** The recorder is only worth something if it refuses what Job DSL refuses: each sample has one mistake. */
class JobDslRecorderSpec extends Specification {
    private static final String GOOD = '''
        folder('shop') { description('Shop') }
        pipelineJob('shop/rollback') {
            parameters { stringParam('version', '', 'Which') }
            definition { cps { script('echo 1'); sandbox(true) } }
        }
    '''

    def 'a script without mistakes is recorded as a tree'() {
        when:
        Map<String, JobDslNode> items = new JobDslRecorder().run(GOOD)

        then:
        items.keySet() as List == ['shop', 'shop/rollback']
        items['shop'].value('description') == 'Shop'
        items['shop/rollback'].value('definition.cps.script') == 'echo 1'
        items['shop/rollback'].all('parameters.stringParam')*.arguments == [['version', '', 'Which']]
    }

    @Unroll
    def 'refused: #mistake'() {
        when:
        new JobDslRecorder().run(script)

        then:
        JobDslProblem problem = thrown()
        problem.message.contains(says)

        where:
        mistake                       | script                                                               || says
        'a misspelt method'           | "folder('a') { descripton('x') }"                                    || 'line 1: unknown method `descripton` in `folder`; did you mean description?'
        'a misspelt item'             | "\npipelinejob('a') { }"                                             || 'line 2: unknown method `pipelinejob` in `script`; did you mean pipelineJob?'
        'a block in the wrong place'  | "folder('a') { cps { script('x') } }"                                || 'unknown method `cps` in `folder`'
        'a job without a name'        | "pipelineJob { definition { cps { script('x') } } }"                 || '`pipelineJob` takes (name), not 0 arguments'
        'an empty name'               | "folder(' ') { }"                                                    || "must be text that is not empty, not ' '"
        'null for text'               | "folder('a') { description(null) }"                                  || 'argument 1 of `description` must be text, not null'
        'text for a number'           | job("orphanedItemStrategy { discardOldItems { numToKeep('20') } }")  || "must be a whole number, not '20'"
        'an interval Jenkins lacks'   | job("triggers { periodicFolderTrigger { interval('3m') } }")         || 'must be an interval that Jenkins offers'
        'a closure for text'          | "folder('a') { description { 'x' } }"                                || '`description` takes (text), not 0 arguments'
        'a job without a definition'  | "pipelineJob('a') { description('x') }"                              || '`pipelineJob` needs `definition`'
        'a source without a remote'   | multibranch("git { id('x') }")                                       || '`git` needs `remote`'
        'two sources'                 | multibranch("git { id('x'); remote('y') }; github { $GITHUB }")      || '`source` takes one of git, github, not 2 of them'
        'a setting given twice'       | "folder('a') { description('x'); description('y') }"                 || '`description` is given twice'
        'an item defined twice'       | "folder('a') { }; folder('a') { }"                                   || 'a is defined twice'
        'a folder that is not there'  | "folder('a') { }; pipelineJob('b/c') { definition { cps { script('x') } } }" || 'there is no folder b'
        'an unknown permission'       | owners("permissions(['Job/Reed'])")                                  || 'must be a list of permissions'
        'no permissions'              | owners('')                                                           || '`group` needs `permissions`'
        'a job to queue that is not'  | "queue('a')"                                                         || 'there is no job a to queue'
        'a file that is not there'    | "readFileFromWorkspace('no.groovy')"                                 || 'there is no no.groovy'
        'an unknown variable'         | "folder(nme) { }"                                                    || 'unknown name `nme`'
        // A plugin's block takes every call for a setting, so Job DSL never finds the script's own method from there.
        'a method of the script inside a plugin’s block' | "def all() { ['Job/Read'] }\n" + owners('permissions(all())') || 'unknown method `all` in `group`'
    }

    @Unroll
    def 'refused by the sandbox: #script'() {
        when:
        new JobDslRecorder().run(script)

        then:
        JobDslProblem problem = thrown()
        problem.message.contains("the sandbox does not allow `${names}`")

        where:
        script                                        || names
        "new File('/etc/passwd').text"                || 'new File'
        "'id'.execute()"                              || '.execute'
        'System.getenv()'                             || '.getenv'
        'Integer.MAX_VALUE'                           || 'Integer'
        "folder('a') { description(''.class.name) }"  || 'class'
        "[1].each(this.&println)"                     || '.&'
        "evaluate('1')"                               || 'evaluate'
        "def f() { [1].each { Thread.sleep(1) } }"    || '.sleep'
        '[2, 1].min()'                                || '.min()'
        '[1, null].findAll()'                         || '.findAll()'
    }

    def 'a method of the script can be called from a block of Job DSL’s own'() {
        expect:
        new JobDslRecorder().run("def title() { 'Shop' }\nfolder('a') { description(title()) }")['a'].value('description') == 'Shop'
    }

    private static final String GITHUB =
        "id('x'); repoOwner('o'); repository('r'); repositoryUrl('https://github.com/o/r'); configuredByUrl(true)"

    private static String multibranch(String source) {
        "multibranchPipelineJob('a') { branchSources { branchSource { source { $source } } } }"
    }

    private static String job(String settings) {
        "multibranchPipelineJob('a') { branchSources { branchSource { source { git { id('x'); remote('y') } } } }; $settings }"
    }

    private static String owners(String entry) {
        "folder('a') { properties { authorizationMatrix { entries { group { name('x'); $entry } } } } }"
    }
}
