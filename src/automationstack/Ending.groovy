package automationstack

import org.jenkinsci.plugins.workflow.steps.FlowInterruptedException

/** How a build ends, whatever ended it: reported to the run's record, to Slack and on the build's page. */
class Ending implements Serializable {

    private static final long serialVersionUID = 1L

    /** How long the build waits for an agent to report the end from. */
    private static final int LONGEST_WAIT_MINUTES = 10

    /** The failure that decides the result of the build: `message` and `result`. */
    Map failure
    /** True after the end was reported, or reporting it failed. */
    boolean isTold = false

    private final Object script
    private final Runner runner
    private final Agents agents
    private final Source source
    private final Summary summary
    /** How a stage ended that the runner could not tell of: arguments of `conclude`. */
    private Map lostEnding = [:]
    /** Stages that another build has done, with its words. */
    private final List before = []

    Ending(Object script, Runner runner, Agents agents, Source source, Summary summary) {
        this.script = script
        this.runner = runner
        this.agents = agents
        this.source = source
        this.summary = summary
    }

    /** Another build has done a stage of this one. */
    void resumed(String stage, String words) {
        before.add("${stage}=${words}".toString())
    }

    /** The first failure decides the result of the build. */
    void fail(String result, String message) {
        if (failure == null) {
            failure = [result: result, message: message]
        }
    }

    /** A stage ended, and the runner cannot know how. */
    void note(Map how) {
        lostEnding = how
    }

    /**
     * Something ended the run that no stage has reported.
     *
     * @param broken an abort, a timeout, a lost agent, or an error of Jenkins or of Groovy
     * @param stage the stage that ran, else the next one; null if there is none
     * @param plan the runner's answer about this branch; null if it was not asked yet
     */
    void broke(Throwable broken, String stage, Map plan) {
        Map how = broken instanceof FlowInterruptedException
            ? interrupted(broken, plan) : [ending: 'failed', reason: Steps.words(broken)]
        if (how.ending == 'failed' || how.ending == 'superseded') {
            fail(how.ending == 'failed' ? 'FAILURE' : 'NOT_BUILT', how.reason)
        }
        fail('ABORTED', how.reason)
        if (stage != null) {
            how.stage = stage
            lostEnding = how
        }
    }

    /**
     * Reports the end from the current agent, and publishes the report.
     *
     * @param done stages that succeeded, as Jenkins saw it
     */
    void tellHere(Map plan, List done) {
        isTold = true
        summary.describe(failure)
        Map outcome = [:]
        try {
            Publisher publisher = new Publisher(script, runner.folder())
            new Credentials(script).bound(plan.jenkins.credentials.none) {
                outcome = runner.call('conclude', source.options(lostEnding + [done: done, resumed: before] + publisher.options()))
            }
            publisher.publish(outcome)
        } catch (FlowInterruptedException interruption) {
            throw interruption
        } catch (Throwable broken) {
            // Another agent may still report it.
            isTold = !Steps.isOfAgent(broken)
            script.echo("The end was not sent to all: ${Steps.words(broken)}")
        }
    }

    /** Reports the end, if that was not done yet: from an agent like those before, else from any agent. */
    void tell(Map plan, List done) {
        if (isTold) {
            return
        }
        summary.describe(failure)
        if (plan == null) {
            return
        }
        boolean isOver = tellFrom(plan, done, plan.jenkins.agent)
        if (!isOver && !plan.jenkins.agent.isEmpty()) {
            tellFrom(plan, done, [:])
        }
        if (!isTold) {
            script.echo('Slack and the record of the run do not have the end: no agent was available to send it, or sending failed.')
        }
    }

    /** @return true if another agent would not help */
    private boolean tellFrom(Map plan, List done, Map place) {
        try {
            script.timeout(time: LONGEST_WAIT_MINUTES, unit: 'MINUTES') {
                agents.on(place) {
                    source.take(false)
                    tellHere(plan, done)
                }
            }
        } catch (FlowInterruptedException interruption) {
            return !Interruption.isTimeout(interruption) && !Interruption.isLoss(interruption)
        } catch (Throwable broken) {
            script.echo("The end could not be sent: ${Steps.words(broken)}")
        }
        return isTold
    }

    private static Map interrupted(FlowInterruptedException interruption, Map plan) {
        String reason = Interruption.reason(interruption)
        if (Interruption.isLoss(interruption)) {
            return [ending: 'lost', reason: reason]
        } else if (Interruption.isSuperseded(interruption)) {
            String newer = Interruption.newer(interruption)
            return [ending: 'superseded', by: newer == null ? null : "#${newer}".toString(), reason: reason]
        } else if (Interruption.isTimeout(interruption) && plan != null) {
            String after = "${plan.jenkins.timeoutMinutes}m"
            return [ending: 'expired', key: 'jenkins.timeout', after: after, reason: "not done within ${after} (jenkins.timeout)".toString()]
        }
        return [ending: 'interrupted', reason: reason]
    }

}
