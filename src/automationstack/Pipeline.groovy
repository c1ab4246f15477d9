package automationstack

import org.jenkinsci.plugins.workflow.steps.FlowInterruptedException

/**
 * The stage graph of a branch as Jenkins stages. The runner decides what is run, where and in which order
 * (`stages --json`); this only walks it: agent blocks one after another, each on an agent; questions outside of any.
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
    private final Pause pause
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
        this.pause = new Pause(script)
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
            if (plan.jenkins.agent.isEmpty() && (plan.jenkins.blocks.isEmpty() || plan.jenkins.blocks[0].kind == 'agent')) {
                next = work(0)
            }
        }
        next = following(next)
        while (next < plan.jenkins.blocks.size()) {
            Map block = plan.jenkins.blocks[next]
            int index = next
            if (block.kind == 'approval') {
                approve(block)
            } else if (block.kind == 'pause') {
                decide(block, index)
            } else {
                guarded(block, index) {
                    agents.on(plan.jenkins.agent) {
                        source.take()
                        work(index)
                    }
                }
            }
            next = following(index + 1)
        }
        ending.tell(plan, done())
    }

    /** The next block. After a failure only what is paused is still decided: nothing else would end it. */
    private int following(int index) {
        int next = index
        while (next < plan.jenkins.blocks.size() && ending.failure != null && !isPaused(plan.jenkins.blocks[next])) {
            next = next + 1
        }
        return next
    }

    private boolean isPaused(Map block) {
        return block.kind == 'pause' && pause.isAt(block.environment)
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
        String missing = Steps.missing(script, Steps.of(asked.jenkins))
        if (missing != null) {
            script.error("${missing}\nNext: Install them; docs/jenkins-controller.md lists the required plugins with versions.")
        }
        new Job(script, arguments).tell(source.branch, asked.upstream ?: [])
        for (Map stage : asked.stages) {
            stages[stage.id] = stage
            if (stage.done) {
                ended[stage.id] = 'ok'
                ending.resumed(stage.id, stage.done.words)
                pause.resumed(stage)
            }
        }
        summary.begin(asked)
        return asked
    }

    /** An agent block on the agent that is there. Returns the number of the next one. */
    private int work(int index) {
        Map block = plan.jenkins.blocks[index]
        if (block != null && block.kind == 'agent') {
            limited {
                walkBlock(block, index)
            }
        }
        if (following(index + 1) >= plan.jenkins.blocks.size()) {
            ending.tellHere(plan, done())
        }
        return index + 1
    }

    /** Work on an agent, within the time that it may take there. */
    private void limited(Closure body) {
        try {
            script.timeout(time: plan.jenkins.timeoutMinutes, unit: 'MINUTES', body)
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
            pause.note(stage, outcome)
            settle(stage, outcome)
        }
    }

    private Map outcomeOf(Map stage, Map more = [:]) {
        Map outcome = [:]
        List opened = approval.taken()
        try {
            new Credentials(script).bound(plan.jenkins.credentials.stages[stage.id]) {
                Map given = [only: opened + [stage.id], approvedBy: approval.by, wait: '15m'] + resuming() + more
                if (stage.kind == 'apply') {
                    given.approvedPlan = approval.plan
                    given.allowDestroy = approval.allowing(arguments.allowDestroy)
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

    /** Asks at a pause, and carries out what is said, until the deployment has ended: it may come to several pauses. */
    private void decide(Map block, int index) {
        Map stage = stages[block.stage]
        if (stage.done) {
            showDone(stage)
            return
        }
        String need = heldBackBy(stage)
        if (need != null && !isPaused(block)) {
            return
        }
        ended[stage.id] = 'running'
        while (ended[stage.id] == 'running') {
            script.stage(stage.title) {
                Map answer = need == null
                    ? pause.ask(plan, block.environment, ending.failure)
                    : pause.refuse(block.environment, "${need} did not succeed".toString())
                carryOut(block, index, answer)
            }
        }
    }

    /** The answer to a pause is carried out on an agent; the commit that it has does not matter. */
    private void carryOut(Map block, int index, Map answer) {
        Object interruption = answer.remove('interruption')
        Closure work = {
            agents.on(plan.jenkins.agent) {
                source.take(false)
                limited {
                    answered(block, index, answer, interruption)
                }
            }
        }
        if (answer.answer == 'rollback') {
            locked(block.lock, work)
        } else {
            guarded(block, index, work)
        }
        if (interruption != null) {
            throw interruption
        }
    }

    private void answered(Map block, int index, Map answer, Object interruption) {
        Map stage = stages[block.stage]
        Map outcome = outcomeOf(stage, answer)
        summary.add(stage, outcome)
        pause.note(stage, outcome)
        if (interruption != null) {
            // The abort is what ended the build, not what became of the pause.
            script.echo(Outcome.message(outcome))
            ending.broke(interruption, stage.id, plan)
        } else if (!isPaused(block)) {
            settle(stage, outcome)
        }
        if (interruption != null || (!isPaused(block) && following(index + 1) >= plan.jenkins.blocks.size())) {
            ending.tellHere(plan, done())
        } else {
            source.leave()
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
