// FAILURE: b was stopped: Failed in branch a
parallel a: { sleep 1; error 'a failed' }, b: {
    try { sleep 1000 } catch (org.jenkinsci.plugins.workflow.steps.FlowInterruptedException stop) {
        echo "b was stopped: $stop.message"
        throw stop
    }
}, failFast: true
