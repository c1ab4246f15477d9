package automationstack

import org.jenkinsci.plugins.workflow.steps.FlowInterruptedException

/**
 * The stage graph of a branch as Jenkins stages. The runner decides what is run, where and in which order
 * (`stages --json`); this only walks it: agent blocks one after another, each on an agent; approvals outside of any.
 */
class Pipeline implements Serializable {

    private static final long serialVersionUID = 1L

    /** Milestones are numbered by agent block and parallel group. */
    private static final int MOST_GROUPS = 1000

    private final Object script
    private final Map arguments
    private final Runner runner
    private final Agents agents
    private final Source source
    private final Approval approval
    private final Summary summary
    private final Ending ending
    private Map plan
    private final Map stages = [:]
    /** Stage id → `running`, `ok`, `failed` or `skipped`; absent before its turn. */
    private final Map ended = [:]
    /** Milestones that this build has passed: Jenkins refuses one that is passed again, after an agent was lost. */
    private final List passed = []

    /** @param arguments those of `automationStack`: vars/automationStack.txt has them all */
    Pipeline(Object script, Map arguments) {
        this.script = script
        this.arguments = arguments
        this.runner = new Runner(script)
        this.agents = new Agents(script)
        this.source = new Source(script, arguments)
        this.approval = new Approval(script)
        this.summary = new Summary(script)
        this.ending = new Ending(script, runner, agents, source, summary)
    }

    /** @return `release`, `environment`, `url` … of the last deployment */
    Map run() {
        try {
            walk()
        } catch (Throwable broken) {
            if (!ending.isTold) {
                ending.broke(broken, stageAtWork(), plan)
                ending.tell(plan, done())
            }
            throw broken
        }
        if (ending.failure != null) {
            if (ending.failure.result != 'FAILURE') {
                script.currentBuild.result = ending.failure.result
            }
            script.error(ending.failure.message)
        }
        return summary.facts
    }

    private void walk() {
        int next = 0
        agents.on([label: arguments.label]) {
            source.take()
            plan = ask()
            // If any agent is suitable, this one continues.
            if (plan.jenkins.agent.isEmpty()) {
                next = work(0)
            }
        }
        while (next < plan.jenkins.blocks.size() && ending.failure == null) {
            Map block = plan.jenkins.blocks[next]
            if (block.kind == 'approval') {
                approve(block)
                next = next + 1
            } else {
                int index = next
                guarded(block, index) {
                    agents.on(plan.jenkins.agent) {
                        source.take()
                        work(index)
                    }
                }
                next = next + 1
            }
        }
        ending.tell(plan, done())
    }

    /** The runner's answer about this branch; if it fails, its message is that of the build. */
    private Map ask() {
        Map outcome = runner.call('stages', source.options(resuming()))
        if (outcome.exitCode != 0) {
            ending.fail('FAILURE', Outcome.headline(outcome))
            script.error(Outcome.message(outcome))
        }
        Map asked = outcome.data
        if (asked.jenkins.agent.podTemplate) {
            asked.jenkins.agent.podTemplate = script.readFile(
                file: source.file(asked.jenkins.agent.podTemplate), encoding: 'UTF-8')
        }
        String missing = Steps.missing(script, stepsOf(asked.jenkins))
        if (missing != null) {
            script.error("${missing}\nNext: Install them; docs/jenkins-controller.md lists the required plugins with versions.")
        }
        tellJob(asked.upstream ?: [])
        for (Map stage : asked.stages) {
            stages[stage.id] = stage
            if (stage.done) {
                ended[stage.id] = 'ok'
                ending.resumed(stage.id, stage.done.words)
            }
        }
        summary.begin(asked)
        return asked
    }

    /** Steps that stages and approvals require. */
    private static Set stepsOf(Map jenkins) {
        Set names = ['withCredentials']
        if (jenkins.locks) {
            names.add('lock')
        }
        if (jenkins.agent.image) {
            names.add('withDockerContainer')
        }
        if (jenkins.agent.podTemplate) {
            names.add('podTemplate')
        }
        for (Map block : jenkins.blocks) {
            if (block.kind == 'approval') {
                names.add('input')
            } else if (block.milestone || block.groups.any { it.milestone }) {
                names.add('milestone')
            }
        }
        return names
    }

    /**
     * Sets the properties of the job: a parameter to resume a build, and a trigger for each application that this one
     * needs (the seed job gives those jobs their names). Every build sets them, because Jenkins removes what is not set
     * again. A job has one list of parameters and one of triggers, so those of the Jenkinsfile are included. A job without
     * branches belongs to its owner.
     */
    private void tellJob(List upstream) {
        if (!script.env.BRANCH_NAME && upstream.isEmpty()) {
            return
        }
        Object resume = script.booleanParam(
            name: 'resume', defaultValue: false, description: 'Skip what another build of the same commit has done')
        List all = []
        all.addAll(arguments.properties ?: [])
        all.add(script.parameters((arguments.parameters ?: []) + [resume]))
        List triggers = []
        triggers.addAll(arguments.triggers ?: [])
        List jobs = []
        for (String application : upstream) {
            jobs.add("/${application}/delivery/${source.branch.replace('/', '%2F')}".toString())
        }
        if (jobs) {
            triggers.add(script.upstream(upstreamProjects: jobs.join(',')))
        }
        if (triggers) {
            all.add(script.pipelineTriggers(triggers))
        }
        script.properties(all)
    }

    /** An agent block on the agent that is there. Returns the number of the next one. */
    private int work(int index) {
        Map block = plan.jenkins.blocks[index]
        if (block != null && block.kind == 'agent') {
            try {
                script.timeout(time: plan.jenkins.timeoutMinutes, unit: 'MINUTES') {
                    walkBlock(block, index)
                }
            } catch (FlowInterruptedException interruption) {
                // Told from here while there is an agent; where it went away, the block is tried on another.
                if (!Interruption.isLoss(interruption)) {
                    runner.awaitEnds()
                    ending.broke(interruption, stageAtWork(), plan)
                    ending.tellHere(plan, done())
                }
                throw interruption
            }
        }
        if (ending.failure != null || index + 1 >= plan.jenkins.blocks.size()) {
            ending.tellHere(plan, done())
        }
        return index + 1
    }

    private void walkBlock(Map block, int index) {
        int number = 0
        for (Map group : block.groups) {
            number = number + 1
            if (group.milestone && isAnyReady(group)) {
                pass(index * MOST_GROUPS + number)
            }
            walkGroup(group, block.lock)
            if (hasPlan(group) || (number == block.groups.size() && index + 1 < plan.jenkins.blocks.size())) {
                source.leave()
            }
        }
    }

    /** A saved plan is needed on whatever agent applies it. */
    private boolean hasPlan(Map group) {
        for (List sequence : group.sequences) {
            for (String id : sequence) {
                if (stages[id].kind == 'plan') {
                    return true
                }
            }
        }
        return false
    }

    /** A milestone: older builds end when they reach it. Its number is the same in every build, whatever was held back. */
    private void pass(int ordinal) {
        if (!passed.contains(ordinal)) {
            script.milestone(ordinal: ordinal)
            passed.add(ordinal)
        }
    }

    private void walkGroup(Map group, String held) {
        if (group.sequences.size() == 1) {
            walkSequence(group.sequences[0], held)
            return
        }
        Map branches = [:]
        for (List sequence : group.sequences) {
            List ids = sequence
            branches[stages[ids[0]].title] = {
                walkSequence(ids, held)
            }
        }
        script.parallel(branches)
    }

    private void walkSequence(List ids, String held) {
        String name = plan.jenkins.locks[ids[0]]
        if (name == null || name == held || isHeldBack(stages[ids[0]])) {
            walkStages(ids)
        } else {
            locked(name) {
                walkStages(ids)
            }
        }
    }

    /** Says while waiting what may keep the lock: a controller that crashed has saved it, and never frees it. */
    private void locked(String name, Closure body) {
        boolean isTaken = false
        script.lock(resource: name, skipIfLocked: true) {
            isTaken = true
            body()
        }
        if (!isTaken) {
            script.echo("Waiting for the lock ${name}. If the build that holds it is over, a crashed controller left it " +
                "behind: an administrator can free it at ${script.env.JENKINS_URL}lockable-resources/ (Unlock).")
            script.lock(resource: name, body)
        }
    }

    private void walkStages(List ids) {
        for (String id : ids) {
            if (stages[id].done) {
                showDone(stages[id])
            } else if (ended[id] == null || ended[id] == 'running') {
                // After an agent was lost, its finished stages do not run again.
                walkStage(stages[id])
            }
        }
    }

    /** Another build of the commit has done it. */
    private void showDone(Map stage) {
        script.stage(stage.title) {
            notBuilt("${stage.title}: ${stage.done.words}")
        }
    }

    /** Asked for with `automationStack(resume: true)`, or by the parameter of the job. */
    private Map resuming() {
        boolean isAsked = arguments.resume == null ? script.params.resume : arguments.resume
        return isAsked ? [resume: true] : [:]
    }

    private void walkStage(Map stage) {
        script.stage(stage.title) {
            if (isHeldBack(stage)) {
                ended[stage.id] = 'skipped'
                notBuilt("${stage.title} is skipped: ${heldBackBy(stage)} did not succeed")
                return
            }
            ended[stage.id] = 'running'
            Map outcome = outcomeOf(stage)
            summary.add(stage, outcome)
            approval.note(stage, outcome)
            settle(stage, outcome)
        }
    }

    private Map outcomeOf(Map stage) {
        Map outcome = [:]
        List opened = approval.taken()
        try {
            new Credentials(script).bound(plan.jenkins.credentials.stages[stage.id]) {
                Map given = [only: opened + [stage.id], approvedBy: approval.by, wait: '15m'] + resuming()
                if (stage.kind == 'apply') {
                    given.approvedPlan = approval.plan
                    given.allowDestroy = allowedToDestroy()
                }
                outcome = runner.call('run', source.options(given))
            }
        } catch (FlowInterruptedException interruption) {
            approval.giveBack(opened)
            throw interruption
        } catch (Exception broken) {
            if (Steps.isOfAgent(broken)) {
                approval.giveBack(opened)
                throw broken
            }
            // A step of Jenkins itself failed: a missing credential, a full disk.
            String words = Credentials.words(plan.jenkins.credentials.stages[stage.id], Steps.words(broken))
            ending.note([stage: stage.id, ending: 'failed', reason: words])
            outcome = [exitCode: 1, error: [category: 'infrastructure', message: words]]
        }
        return outcome
    }

    /** Addresses from the Jenkinsfile and from the approval, each once. */
    private List allowedToDestroy() {
        List names = []
        for (Object name : [arguments.allowDestroy ?: [], approval.allowed].flatten()) {
            if (!names.contains(name)) {
                names.add(name)
            }
        }
        return names
    }

    /** A failed stage holds back the stages that need it, as on a laptop. Independent stages continue. */
    private void settle(Map stage, Map outcome) {
        String result = Outcome.result(outcome)
        ended[stage.id] = result == 'SUCCESS' ? 'ok' : 'failed'
        if (result == 'SUCCESS') {
            return
        }
        String message = "${stage.title}: ${Outcome.message(outcome)}"
        ending.fail(result, message)
        script.catchError(buildResult: result, stageResult: result) {
            script.error(message)
        }
    }

    private void notBuilt(String words) {
        script.catchError(buildResult: 'SUCCESS', stageResult: 'NOT_BUILT') {
            script.error(words)
        }
    }

    private boolean isAnyReady(Map group) {
        for (List sequence : group.sequences) {
            if (!isHeldBack(stages[sequence[0]])) {
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

    private void approve(Map block) {
        Map stage = stages[block.stage]
        if (isHeldBack(stage)) {
            return
        }
        if (stage.done) {
            showDone(stage)
            return
        }
        ended[block.stage] = 'running'
        script.stage(stage.title) {
            approval.ask(plan, block, summary)
            ended[block.stage] = approval.ending == null ? 'ok' : 'failed'
            if (approval.ending != null) {
                ending.fail('NOT_BUILT', "${stage.title}: ${approval.message}".toString())
                ending.note([stage: block.stage, ending: approval.ending, by: approval.by, after: approval.after])
                script.catchError(buildResult: 'NOT_BUILT', stageResult: 'NOT_BUILT') {
                    script.error(ending.failure.message)
                }
            }
        }
    }

    /** After an approval: builds that are older end here; then the lock; an agent is taken last. */
    private void guarded(Map block, int index, Closure body) {
        if (block.milestone) {
            pass(index * MOST_GROUPS)
        }
        if (block.lock) {
            locked(block.lock, body)
        } else {
            body()
        }
    }

    /** Stages that succeeded. */
    private List done() {
        List ids = []
        for (String id : ended.keySet()) {
            if (ended[id] == 'ok') {
                ids.add(id)
            }
        }
        return ids
    }

    /** The stage that runs, else the next one. */
    private String stageAtWork() {
        String id = null
        for (Map stage : plan == null ? [] : plan.stages) {
            if (ended[stage.id] == 'running' || (id == null && ended[stage.id] == null)) {
                id = stage.id
            }
        }
        return id
    }

}
