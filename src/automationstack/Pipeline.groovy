package automationstack

import hudson.AbortException
import org.jenkinsci.plugins.workflow.steps.FlowInterruptedException

/**
 * The stage graph of a branch as Jenkins stages. The runner decides what is run, where and in which order
 * (`stages --json`); this only walks it: legs one after another, each on an agent; approvals outside of any.
 */
class Pipeline implements Serializable {

    private static final long serialVersionUID = 1L

    private final Object script
    private final Map arguments
    private final Runner runner
    private final Agents agents
    private final Approval approval
    private final Summary summary
    private final Baggage baggage
    private Map plan
    private final Map stages = [:]
    /** Stage id → `running`, `ok`, `failed` or `skipped`; absent before its turn. */
    private final Map ended = [:]
    /** The failure that decides over the build: `message` and `result`. */
    private Map failure
    /** How a stage ended that the runner could not tell of: arguments of `conclude`. */
    private Map untold = [:]
    private boolean concluded = false
    private String branch
    private String commit

    /** @param arguments `label` (agents that read the configuration), `directory`, `config`, `allowDestroy` */
    Pipeline(Object script, Map arguments) {
        this.script = script
        this.arguments = arguments
        this.runner = new Runner(script)
        this.agents = new Agents(script)
        this.approval = new Approval(script)
        this.summary = new Summary(script)
        this.baggage = new Baggage(script, arguments.directory)
    }

    /** @return `release`, `environment`, `url` … of what was deployed last */
    Map run() {
        try {
            walk()
        } catch (FlowInterruptedException interruption) {
            note(interruption)
            concludeOnce()
            throw interruption
        } catch (AbortException broken) {
            note('failed', broken.message)
            concludeOnce()
            throw broken
        }
        if (failure != null) {
            if (failure.result != 'FAILURE') {
                script.currentBuild.result = failure.result
            }
            script.error(failure.message)
        }
        return summary.facts
    }

    private void walk() {
        int next = 0
        agents.on([label: arguments.label]) {
            checkOut()
            baggage.take()
            plan = ask()
            // Where any agent will do, this one goes on.
            if (plan.jenkins.agent.isEmpty()) {
                next = work(0)
            }
        }
        while (next < plan.jenkins.legs.size() && failure == null) {
            Map leg = plan.jenkins.legs[next]
            if (leg.kind == 'approval') {
                approve(leg)
                next = next + 1
            } else {
                int index = next
                guarded(leg) {
                    agents.on(plan.jenkins.agent) {
                        checkOut()
                        baggage.take()
                        work(index)
                    }
                }
                next = next + 1
            }
        }
        concludeOnce()
    }

    /** What the runner says of this branch; where it cannot, its message is the build's. */
    private Map ask() {
        Map outcome = runner.call('stages', options([branch: branch]))
        if (outcome.exitCode != 0) {
            script.error(Outcome.message(outcome))
        }
        Map asked = outcome.data
        if (asked.jenkins.agent.podTemplate) {
            asked.jenkins.agent.podTemplate = script.readFile(
                file: inDirectory(asked.jenkins.agent.podTemplate), encoding: 'UTF-8')
        }
        if (asked.upstream) {
            followUpstream(asked.upstream)
        }
        for (Map stage : asked.stages) {
            stages[stage.id] = stage
        }
        summary.begin(asked)
        return asked
    }

    /** A release of an application that this one needs is a reason to build again; the seed job names its jobs so. */
    private void followUpstream(List applications) {
        List jobs = []
        for (String application : applications) {
            jobs.add("/${application}/delivery/${branch.replace('/', '%2F')}".toString())
        }
        script.properties([script.pipelineTriggers([script.upstream(upstreamProjects: jobs.join(','))])])
    }

    /** A leg on the agent that is there. Returns the number of the next one. */
    private int work(int index) {
        Map leg = plan.jenkins.legs[index]
        if (leg != null && leg.kind == 'agent') {
            try {
                script.timeout(time: plan.jenkins.timeoutMinutes, unit: 'MINUTES') {
                    for (Map wave : leg.waves) {
                        walkWave(wave, leg.lock)
                        baggage.leave()
                    }
                }
            } catch (FlowInterruptedException interruption) {
                // Told from here while there is an agent; where it went away, the leg is tried on another.
                if (!Interruption.isLoss(interruption)) {
                    note(interruption)
                    concludeHere()
                }
                throw interruption
            }
        }
        if (failure != null || index + 1 >= plan.jenkins.legs.size()) {
            concludeHere()
        }
        return index + 1
    }

    private void walkWave(Map wave, String held) {
        if (wave.milestone && isAnyReady(wave)) {
            script.milestone()
        }
        if (wave.chains.size() == 1) {
            walkChain(wave.chains[0], held)
            return
        }
        Map branches = [:]
        for (List chain : wave.chains) {
            List ids = chain
            branches[stages[ids[0]].title] = {
                walkChain(ids, held)
            }
        }
        script.parallel(branches)
    }

    private void walkChain(List ids, String held) {
        String name = plan.jenkins.locks[ids[0]]
        if (name == null || name == held || isHeldBack(stages[ids[0]])) {
            walkStages(ids)
        } else {
            script.lock(resource: name) {
                walkStages(ids)
            }
        }
    }

    private void walkStages(List ids) {
        for (String id : ids) {
            // After an agent was lost: what had ended there is not done again.
            if (ended[id] == null || ended[id] == 'running') {
                walkStage(stages[id])
            }
        }
    }

    private void walkStage(Map stage) {
        script.stage(stage.title) {
            if (isHeldBack(stage)) {
                ended[stage.id] = 'skipped'
                notBuilt(stage)
                return
            }
            ended[stage.id] = 'running'
            Map outcome = outcomeOf(stage)
            summary.add(stage, outcome)
            settle(stage, outcome)
        }
    }

    private Map outcomeOf(Map stage) {
        Map outcome = [:]
        try {
            new Credentials(script).bound(plan.jenkins.credentials.stages[stage.id]) {
                Map given = [branch: branch, only: approval.taken() + [stage.id], approvedBy: approval.by, wait: '15m']
                if (stage.kind == 'apply') {
                    given.allowDestroy = allowedToDestroy()
                }
                outcome = runner.call('run', options(given))
            }
        } catch (AbortException broken) {
            // A step of Jenkins itself: a credential that is not there, a full disk.
            untold = [stage: stage.id, ending: 'failed', reason: broken.message]
            outcome = [exitCode: 1, error: [category: 'infrastructure', message: broken.message]]
        }
        return outcome
    }

    /** What the Jenkinsfile names and what was typed with the approval, each once. */
    private List allowedToDestroy() {
        List names = []
        for (Object name : [arguments.allowDestroy ?: [], approval.allowed].flatten()) {
            if (!names.contains(name)) {
                names.add(name)
            }
        }
        return names
    }

    /** A failed stage holds back what needs it, as on a laptop; what is independent goes on. */
    private void settle(Map stage, Map outcome) {
        String result = Outcome.result(outcome)
        ended[stage.id] = result == 'SUCCESS' ? 'ok' : 'failed'
        if (result == 'SUCCESS') {
            return
        }
        String message = "${stage.title}: ${Outcome.message(outcome)}"
        if (failure == null) {
            failure = [result: result, message: message]
        }
        script.catchError(buildResult: result, stageResult: result) {
            script.error(message)
        }
    }

    private void notBuilt(Map stage) {
        script.catchError(buildResult: 'SUCCESS', stageResult: 'NOT_BUILT') {
            script.error("${stage.title} is skipped: ${heldBackBy(stage)} did not end well")
        }
    }

    private boolean isAnyReady(Map wave) {
        for (List chain : wave.chains) {
            if (!isHeldBack(stages[chain[0]])) {
                return true
            }
        }
        return false
    }

    private boolean isHeldBack(Map stage) {
        return heldBackBy(stage) != null
    }

    private String heldBackBy(Map stage) {
        for (String need : stage.needs) {
            if (ended[need] != 'ok') {
                return need
            }
        }
        return null
    }

    private void approve(Map leg) {
        Map stage = stages[leg.stage]
        if (isHeldBack(stage)) {
            return
        }
        ended[leg.stage] = 'running'
        script.stage(stage.title) {
            approval.ask(plan, leg, summary)
            ended[leg.stage] = approval.ending == null ? 'ok' : 'failed'
            if (approval.ending != null) {
                failure = [result: 'NOT_BUILT', message: "${stage.title}: ${approval.message}".toString()]
                untold = [stage: leg.stage, ending: approval.ending, by: approval.by, after: approval.after]
                script.catchError(buildResult: 'NOT_BUILT', stageResult: 'NOT_BUILT') {
                    script.error(failure.message)
                }
            }
        }
    }

    /** After an approval: builds that are older end here; then the lock; an agent is taken last. */
    private void guarded(Map leg, Closure body) {
        if (leg.milestone) {
            script.milestone()
        }
        if (leg.lock) {
            script.lock(resource: leg.lock, body)
        } else {
            body()
        }
    }

    private void note(FlowInterruptedException interruption) {
        note(Interruption.isLoss(interruption) ? 'lost' : 'interrupted', Interruption.reason(interruption))
    }

    /** What ended the run from outside: the stage that ran, else the one whose turn it would have been, cannot tell. */
    private void note(String ending, String reason) {
        if (plan == null || concluded) {
            return
        }
        String id = null
        for (Map stage : plan.stages) {
            if (ended[stage.id] == 'running' || (id == null && ended[stage.id] == null)) {
                id = stage.id
            }
        }
        if (failure == null) {
            failure = [result: ending == 'failed' ? 'FAILURE' : 'ABORTED', message: reason]
        }
        if (id != null) {
            untold = [stage: id, ending: ending, reason: reason]
        }
    }

    /** The end of the run, told to its record and to Slack, and published; on an agent of its own. */
    private void concludeOnce() {
        if (plan != null && !concluded) {
            agents.on(plan.jenkins.agent) {
                checkOut()
                baggage.take()
                concludeHere()
            }
        }
    }

    private void concludeHere() {
        concluded = true
        try {
            new Credentials(script).bound(plan.jenkins.credentials.none) {
                runner.call('conclude', options([branch: branch] + untold))
            }
        } catch (AbortException broken) {
            script.echo("Slack was not told of the end: ${broken.message}")
        }
        new Publisher(script, runner).publish(options([:]))
        summary.describe(failure)
    }

    /** @throws AbortException where the branch has moved on while the build waited: what was approved is another commit */
    private void checkOut() {
        Map seen = script.checkout(script.scm)
        String name = script.env.BRANCH_NAME ?: seen.GIT_BRANCH
        branch = name?.replaceFirst('^(refs/heads/|(refs/remotes/)?origin/)', '')
        String before = commit
        commit = seen.GIT_COMMIT
        if (before != null && before != commit) {
            script.error("The branch moved from ${before} to ${commit} while this build waited: build that")
        }
    }

    private String inDirectory(String file) {
        return arguments.directory ? "${arguments.directory}/${file}" : file
    }

    private Map options(Map given) {
        Map all = [:]
        all.putAll(given)
        if (arguments.directory) {
            all.directory = arguments.directory
        }
        if (arguments.config) {
            all.config = arguments.config
        }
        return all
    }

}
