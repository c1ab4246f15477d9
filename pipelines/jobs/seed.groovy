// Job DSL: the jobs of each application. Given by the seed job:
//   applications  the entries of applications.yml, checked and complete (see applications.groovy)
//   templates     the folder of the Jenkinsfile templates, in the workspace
// Runs in the sandbox, so it makes no objects and calls no classes of its own. Inside blocks that Job DSL makes of a
// plugin's own configuration (source, traits, properties …) every call is taken for a setting: hence the variables.

applications.each { defineApplication(it) }
defineOverview(applications.collect { it.name })

def defineApplication(Map application) {
    defineFolder(application)
    defineMultibranch(application, 'delivery', application.jenkinsfile, 'Builds, deploys and promotes by branch')
    if (application.infrastructure) {
        defineMultibranch(application, 'infrastructure', application.infrastructure, 'Terraform, by review')
    }
    // Job DSL disables a single job that is defined no more, but no multibranch job.
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
    // With no branch left Jenkins ends those that it had, and with them their triggers; it keeps them all to be looked at.
    def ended = application.retired
    def unwanted = ended ? '*' : ''
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
                                // Of this repository, merged with where they lead to; a fork's would run foreign code.
                                gitHubPullRequestDiscovery { strategyId(1) }
                                // Versions come from tags, which Jenkins leaves out unless it is told.
                                gitCloneOptionTrait {
                                    extension {
                                        shallow(false)
                                        noTags(false)
                                        reference('')
                                        timeout(10)
                                    }
                                }
                                headWildcardFilter {
                                    includes(wanted)
                                    excludes(unwanted)
                                }
                            }
                        }
                    } else {
                        git {
                            id(unique)
                            remote(where)
                            if (account) credentialsId(account)
                            traits {
                                gitBranchDiscovery()
                                // Versions come from tags, which Jenkins leaves out unless it is told.
                                gitCloneOptionTrait {
                                    extension {
                                        shallow(false)
                                        noTags(false)
                                        reference('')
                                        timeout(10)
                                    }
                                }
                                headWildcardFilter {
                                    includes(wanted)
                                    excludes(unwanted)
                                }
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
        // For where no webhook reaches this controller.
        triggers {
            periodicFolderTrigger { interval('15m') }
        }
    }
}

def defineRollback(Map application) {
    def text = filled('rollback.Jenkinsfile', application, ["['production']": listed(application.protected)])
    pipelineJob("${application.name}/rollback") {
        description('Brings an environment back to a release that ran healthy there')
        parameters {
            choiceParam('environment', application.environments, 'What to roll back')
            stringParam('version', '', 'Empty: the release before this one')
            stringParam('reason', '', 'What the team is to read in Slack')
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
        description('Looks every night for what was changed outside of Terraform')
        properties {
            // Also in the template, which Jenkins only reads when the job first runs.
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
