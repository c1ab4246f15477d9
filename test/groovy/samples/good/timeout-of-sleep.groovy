// SUCCESS: too long after 60000
try {
    timeout(1) { sleep 3600 }
} catch (org.jenkinsci.plugins.workflow.steps.FlowInterruptedException expired) {
    boolean own = expired.causes.any { it instanceof org.jenkinsci.plugins.workflow.steps.TimeoutStepExecution.ExceededTimeout }
    echo "${own ? 'too long' : 'aborted'} after ${currentBuild.duration}"
}
