// Job DSL: the jobs of each application. Given by the seed job:
//   applications  the entries of applications.yml, checked and complete (see applications.groovy)
//   templates     the folder of the Jenkinsfile templates, in the workspace
// It runs in the sandbox, so it creates no objects and calls no classes. In blocks that Job DSL derives from a plugin's
// configuration (source, traits, properties …) every call counts as a setting. So values for them are in variables.

applications.each { defineApplication(it) }
defineOverview(applications.collect { it.name })

def defineApplication(Map application) {
    defineFolder(application)
    defineMultibranch(application, 'delivery', application.jenkinsfile, 'Builds, deploys and promotes by branch')
    if (application.infrastructure) {
        defineMultibranch(application, 'infrastructure', application.infrastructure, 'Terraform, by review')
    }
    // Job DSL disables a single job that is not defined any more, but not a multibranch job.
    if (application.retired) return
    if (application.environments) defineRollback(application)
    if (application.environments && application.drift) defineDrift(application)
}

def defineFolder(Map application) {
    def title = application.needs ? "Needs ${application.needs.join(', ')}" : 'Needs no other application'
    def owners = application.owners
    // Neither Replay nor Configure: both would run unreviewed code with the credentials of production.
    def allowed = ['Job/Read', 'Job/Build', 'Job/Cancel', 'Job/Workspace', 'View/Read']
    folder(application.name) {
        description(title)
        properties {
            authorizationMatrix {
                inheritanceStrategy { inheriting() }
                entries {
                    owners.each { team ->
                        group {
                            name(team)
                            permissions(allowed)
                        }
                    }
                }
            }
        }
    }
}

def defineMultibranch(Map application, String job, String path, String title) {
    def unique = "${application.name}-${job}".toString()
    def where = application.repository
    def account = application.credentials
    def onGitHub = gitHubName(where)
    // A pull request is a branch called PR-…
    def wanted = (application.branches + (onGitHub ? ['PR-*'] : [])).join(' ')
    // Without branches Jenkins ends the jobs that it had, with their triggers, and keeps them for inspection.
    def ended = application.retired
    def unwanted = ended ? '*' : ''
    def byName = {
        includes(wanted)
        excludes(unwanted)
    }
    // Versions come from tags, which Jenkins does not fetch by default.
    def withTags = {
        extension {
            shallow(false)
            noTags(false)
            reference('')
            timeout(10)
        }
    }
    multibranchPipelineJob("${application.name}/${job}") {
        description(title)
        branchSources {
            branchSource {
                source {
                    if (onGitHub) {
                        github {
                            id(unique)
                            repoOwner(onGitHub.owner)
                            repository(onGitHub.name)
                            repositoryUrl(where)
                            configuredByUrl(true)
                            if (account) credentialsId(account)
                            traits {
                                gitHubBranchDiscovery { strategyId(1) }
                                // Those of this repository, merged with their target; a fork would run foreign code.
                                gitHubPullRequestDiscovery { strategyId(1) }
                                gitCloneOptionTrait(withTags)
                                headWildcardFilter(byName)
                            }
                        }
                    } else {
                        git {
                            id(unique)
                            remote(where)
                            if (account) credentialsId(account)
                            traits {
                                gitBranchDiscovery()
                                gitCloneOptionTrait(withTags)
                                headWildcardFilter(byName)
                            }
                        }
                    }
                }
            }
        }
        factory {
            workflowBranchProjectFactory { scriptPath(path) }
        }
        if (!ended) {
            orphanedItemStrategy {
                discardOldItems {
                    daysToKeep(30)
                    numToKeep(20)
                }
            }
        }
        // For controllers that no webhook reaches.
        triggers {
            periodicFolderTrigger { interval('15m') }
        }
    }
}

def defineRollback(Map application) {
    def text = filled('rollback.Jenkinsfile', application, ["['production']": listed(application.protected)])
    pipelineJob("${application.name}/rollback") {
        description('Rolls an environment back to a release that was healthy there')
        parameters {
            choiceParam('environment', application.environments, 'Environment to roll back')
            stringParam('version', '', 'Empty: the release before this one')
            stringParam('reason', '', 'Reason, shown in Slack')
        }
        definition {
            cps {
                script(text)
                sandbox(true)
            }
        }
    }
}

def defineDrift(Map application) {
    def text = filled('drift.Jenkinsfile', application, [:])
    pipelineJob("${application.name}/drift") {
        description('Checks every night for changes outside of Terraform')
        properties {
            // The template has it too, but Jenkins reads the template only when the job runs for the first time.
            pipelineTriggers {
                triggers {
                    cron { spec('H H(2-5) * * *') }
                }
            }
        }
        definition {
            cps {
                script(text)
                sandbox(true)
            }
        }
    }
}

def defineOverview(List names) {
    listView('Deliveries') {
        description('The delivery of every application')
        recurse(true)
        jobs {
            names.each { name("${it}/delivery") }
        }
        columns {
            status()
            weather()
            name()
            lastSuccess()
            lastFailure()
            lastDuration()
            buildButton()
        }
    }
}

// A template with what is the application's own: where it is, its environments, and more of that kind.
def filled(String template, Map application, Map more) {
    def text = readFileFromWorkspace("${templates}/${template}")
    def credentials = application.credentials ? ", credentialsId: '${application.credentials}'" : ''
    def branch = application.branches.find { !it.contains('*') }
    def own = [
        'checkout scm': "git url: '${application.repository}', branch: '${branch}'${credentials}",
        "['staging', 'production']": listed(application.environments),
    ] + more
    own.each { general, particular ->
        def at = text.indexOf(general)
        assert at >= 0 && at == text.lastIndexOf(general): "${template} must say ${general} once"
        text = text.replace(general, particular.toString())
    }
    text
}

// Names as Groovy writes them.
def listed(List names) {
    '[' + names.collect { "'${it}'" }.join(', ') + ']'
}

// Owner and name of a repository on github.com, or null.
def gitHubName(String repository) {
    def path = ['https://github.com/', 'git@github.com:', 'ssh://git@github.com/'].findResult {
        repository.startsWith(it) ? repository.substring(it.length()) : null
    }
    def parts = path == null ? [] : path.tokenize('/')
    if (parts.size() != 2) return null
    [owner: parts[0], name: parts[1].endsWith('.git') ? parts[1].substring(0, parts[1].length() - 4) : parts[1]]
}
