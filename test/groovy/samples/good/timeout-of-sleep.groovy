// SUCCESS: too long after 60000
try {
    timeout(1) { sleep 3600 }
} catch (org.jenkinsci.plugins.workflow.steps.FlowInterruptedException expired) {
    echo "${expired.message == 'Timeout has been exceeded' ? 'too long' : 'aborted'} after ${currentBuild.duration}"
}
