// FAILURE: b was stopped by a
parallel a: { sleep 1; error 'a failed' }, b: {
    try { sleep 1000 } catch (org.jenkinsci.plugins.workflow.steps.FlowInterruptedException stop) {
        echo 'b was stopped by ' + stop.causes[0].failingBranch
        throw stop
    }
}, failFast: true
