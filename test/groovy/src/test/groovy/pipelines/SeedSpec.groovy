package pipelines

import harness.Repository
import spock.lang.Specification
import spock.lang.Unroll

class SeedSpec extends Specification {
    private static final String SHOP = '''
        applications:
          - name: shop
            repository: https://github.com/acme/shop-app.git
            credentials: git
            branches: [trunk, release/*]
            environments: [test, live]
            owners: [shop-team, on-call]
            infrastructure: deploy/Jenkinsfile
            drift: true
    '''

    private final File repository = Repository.root()

    def 'the list that is shipped is in order, and its jobs can be made'() {
        given:
        ApplicationList list = new ApplicationList(repository, new File(repository, 'pipelines/applications.yml').getText('UTF-8'))

        expect:
        list.problems() == []
        list.jobs().keySet().containsAll(['flask-fleet/delivery', 'flask-fleet/rollback', 'hello-ecs/delivery', 'Deliveries'])
    }

    def 'an application gets a folder, its pipelines, a rollback, a nightly look for drift and a place in the view'() {
        when:
        Map<String, JobDslNode> jobs = new ApplicationList(repository, SHOP).jobs()

        then:
        jobs.collectEntries { name, job -> [(name): job.method] } == [
            'shop': 'folder', 'shop/delivery': 'multibranchPipelineJob', 'shop/infrastructure': 'multibranchPipelineJob',
            'shop/rollback': 'pipelineJob', 'shop/drift': 'pipelineJob', 'Deliveries': 'listView',
        ]
        jobs['Deliveries'].all('jobs.name')*.arguments == [['shop/delivery']]
    }

    def 'an application that says no more than where it is gets its delivery only'() {
        expect:
        shop('repository: https://git.example.com/shop.git').jobs().keySet() as List == ['shop', 'shop/delivery', 'Deliveries']
    }

    def 'owners see, build and abort, and nothing more: Replay and Configure would run unreviewed code'() {
        when:
        JobDslNode matrix = new ApplicationList(repository, SHOP).jobs()['shop'].all('properties.authorizationMatrix')[0]

        then:
        matrix.all('entries.group').collect { it.value('name') } == ['shop-team', 'on-call']
        matrix.all('entries.group').every {
            it.value('permissions') == ['Job/Read', 'Job/Build', 'Job/Cancel', 'Job/Workspace', 'View/Read']
        }
        !matrix.has('entries.user')
        matrix.has('inheritanceStrategy.inheriting')
    }

    def 'on GitHub the branches asked for and the repository’s own pull requests are built'() {
        when:
        JobDslNode job = new ApplicationList(repository, SHOP).jobs()['shop/delivery']
        JobDslNode source = job.all('branchSources.branchSource.source.github')[0]

        then:
        [source.value('repoOwner'), source.value('repository'), source.value('credentialsId')] == ['acme', 'shop-app', 'git']
        source.value('traits.headWildcardFilter.includes') == 'trunk release/* PR-*'
        source.has('traits.gitHubPullRequestDiscovery')
        job.value('factory.workflowBranchProjectFactory.scriptPath') == 'Jenkinsfile'
        job.has('orphanedItemStrategy.discardOldItems')
        job.has('triggers.periodicFolderTrigger')
    }

    @Unroll
    def '#url is read as #source'() {
        when:
        JobDslNode job = shop("repository: '$url'").jobs()['shop/delivery']

        then:
        job.all('branchSources.branchSource.source')[0].children*.method == [source]
        job.value("branchSources.branchSource.source.github.repository") == name

        where:
        url                                || source   | name
        'https://github.com/acme/shop.git' || 'github' | 'shop'
        'https://github.com/acme/shop'     || 'github' | 'shop'
        'git@github.com:acme/shop.git'     || 'github' | 'shop'
        'ssh://git@github.com/acme/shop'   || 'github' | 'shop'
        'https://git.example.com/shop.git' || 'git'    | null
        'https://github.com/acme'          || 'git'    | null
    }

    @Unroll
    def 'a build of #url fetches tags, which versions come from, and the whole history'() {
        when:
        JobDslNode job = shop("repository: '$url'").jobs()['shop/delivery']
        JobDslNode source = job.all('branchSources.branchSource.source')[0].children[0]

        then:
        source.value('traits.gitCloneOptionTrait.extension.noTags') == false
        source.value('traits.gitCloneOptionTrait.extension.shallow') == false

        where:
        url << ['https://github.com/acme/shop.git', 'https://git.example.com/shop.git']
    }

    def 'every source has an id of its own, which must stay the same for Jenkins to know its branches again'() {
        when:
        List ids = new ApplicationList(repository, SHOP).jobs().values().collect { it.value('branchSources.branchSource.source.github.id') } - null

        then:
        ids == ['shop-delivery', 'shop-infrastructure']
    }

    def 'the infrastructure job follows the file that is named'() {
        expect:
        new ApplicationList(repository, SHOP).jobs()['shop/infrastructure'].value('factory.workflowBranchProjectFactory.scriptPath') == 'deploy/Jenkinsfile'
    }

    def 'rollback and drift read the application’s repository and know its environments'() {
        when:
        Map<String, JobDslNode> jobs = new ApplicationList(repository, SHOP).jobs()
        List<String> scripts = ['shop/rollback', 'shop/drift'].collect { jobs[it].value('definition.cps.script') as String }

        then:
        scripts.every {
            it.contains("git url: 'https://github.com/acme/shop-app.git', branch: 'trunk', credentialsId: 'git'") &&
                it.contains("['test', 'live']") && !it.contains('checkout scm') && !it.contains("'staging'")
        }
        jobs['shop/rollback'].all('parameters.choiceParam')[0].arguments.take(2) == ['environment', ['test', 'live']]
        ['shop/rollback', 'shop/drift'].every { jobs[it].value('definition.cps.sandbox') == true }
    }

    def 'every environment but the first asks before it is rolled back, or those that are named'() {
        expect:
        rollback('environments: [test, qa, live]').contains("in ['qa', 'live']")
        rollback('environments: [test, qa, live], protected: [live]').contains("in ['live']")
        rollback('environments: [test], protected: []').contains('in []')
    }

    def 'the parameters and the trigger of a job are those of its template, or the first build would change them'() {
        given:
        Map<String, JobDslNode> jobs = new ApplicationList(repository, SHOP).jobs()
        String rollback = jobs['shop/rollback'].value('definition.cps.script')
        String drift = jobs['shop/drift'].value('definition.cps.script')
        List<JobDslNode> parameters = jobs['shop/rollback'].all('parameters')[0].children

        expect:
        (rollback =~ /(?m)^\s+(?:choice|string)\(name: '(\w+)'.*description: '([^']*)'/).collect { [it[1], it[2]] } ==
            parameters.collect { [it.arguments[0], it.arguments[2]] }
        drift.contains("cron('${jobs['shop/drift'].value('properties.pipelineTriggers.triggers.cron.spec')}')")
    }

    def 'a retired application builds no branch any more, keeps their builds, and has no job that starts by itself'() {
        when:
        Map<String, JobDslNode> jobs = new ApplicationList(repository, SHOP.replace('drift: true', 'drift: true\n            retired: true')).jobs()

        then:
        jobs.keySet() == ['shop', 'shop/delivery', 'shop/infrastructure', 'Deliveries'] as Set
        ['shop/delivery', 'shop/infrastructure'].every {
            // It must go on looking for branches to find that there is none.
            jobs[it].has('triggers.periodicFolderTrigger') && !jobs[it].has('orphanedItemStrategy') &&
                jobs[it].value('branchSources.branchSource.source.github.traits.headWildcardFilter.excludes') == '*'
        }
    }

    @Unroll
    def 'refused: #mistake'() {
        expect:
        new ApplicationList(repository, yaml).problems().any { it.contains(says) }

        where:
        mistake                          | yaml                                                       || says
        'no list'                        | 'applications: shop'                                       || '`applications` must be a list'
        'an unknown key of the file'     | 'applications: []\naplications: []'                        || 'aplications is unknown; did you mean applications?'
        'an entry that is no mapping'    | 'applications: [shop]'                                     || 'entry 1: must be a mapping'
        'a misspelt key'                 | one('credential: git')                                     || 'shop: credential is unknown; did you mean credentials?'
        'no repository'                  | 'applications: [{ name: shop }]'                           || 'shop: repository is missing'
        'no name'                        | 'applications: [{ repository: x }]'                        || 'entry 1: name is missing'
        'a name Jenkins would quote'     | 'applications: [{ name: "My shop", repository: x }]'       || 'name must be text like'
        'code in a repository'           | one('repository: "x\'; sh \'id"')                          || 'repository must be text like'
        'code in an environment'         | one('environments: ["a\', evil(), \'b"]')                  || 'environments must be a list of text like'
        'code in a branch'               | one('branches: ["$(id)"]')                                 || 'branches must be a list of text like'
        'text for a list'                | one('environments: staging')                               || 'environments must be a list'
        'nothing for a list'             | one('owners:')                                             || 'owners must be a list'
        'text for a switch'              | one('drift: "yes"')                                        || 'drift must be true or false'
        'an unknown protected environment' | one('environments: [live]\n    protected: [live, lve]')     || 'shop: protected: lve is unknown; did you mean live?'
        'text for another switch'        | one('retired: later')                                      || 'retired must be true or false'
        'drift without environments'     | one('drift: true')                                         || 'drift needs environments'
        'no branch to find files in'     | one('branches: [release/*]')                               || 'branches must name one without *'
        'an application twice'           | 'applications: [{ name: a, repository: x }, { name: a, repository: y }]' || 'a: listed more than once'
        'a need that is not listed'      | 'applications: [{ name: shop, repository: x }, { name: web, repository: y, needs: [shp] }]' || 'web: needs shp is unknown; did you mean shop?'
        'a need of itself'               | one('needs: [shop]')                                       || 'needs go in a circle: shop → shop'
        'needs in a circle'              | CIRCLE                                                     || 'needs go in a circle: b → c → b'
    }

    def 'all that is wrong is said at once'() {
        expect:
        new ApplicationList(repository, 'applications: [{ name: a, nam: b }, { repository: x, drft: true }]').problems() == [
            'a: nam is unknown; did you mean name?', 'a: repository is missing',
            'entry 2: drft is unknown; did you mean drift?', 'entry 2: name is missing',
        ]
    }

    private static final String CIRCLE = '''
        applications:
          - { name: a, repository: x, needs: [b] }
          - { name: b, repository: x, needs: [c] }
          - { name: c, repository: x, needs: [b] }
    '''

    private String rollback(String settings) {
        shop("repository: x, $settings").jobs()['shop/rollback'].value('definition.cps.script')
    }

    private ApplicationList shop(String settings) {
        new ApplicationList(repository, "applications: [{ name: shop, $settings }]")
    }

    private static String one(String setting) {
        setting.startsWith('repository')
            ? "applications:\n  - name: shop\n    $setting"
            : "applications:\n  - name: shop\n    repository: x\n    $setting"
    }
}
