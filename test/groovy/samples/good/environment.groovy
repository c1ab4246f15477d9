// SUCCESS: 1 | $A-2 | $$HOME2 | /first:/second | build main
node {
    withEnv(['A=1', 'B=$A-2', 'C=$$HOME2', 'LIST=/second']) {
        withEnv(['LIST+x=/first']) {
            env.KIND = 'build'
            String kept = sh(script: 'echo "$A | $B | $C | $LIST | $KIND $BRANCH_NAME"', returnStdout: true).trim()
            echo kept
            if (env.NOTHING != null || env.A != '1') { error 'environment' }
            withEnv(['A=']) { sh 'test -z "${A+set}"' }
        }
    }
}
