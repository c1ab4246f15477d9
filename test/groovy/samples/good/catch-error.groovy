// UNSTABLE: went on UNSTABLE
stage('Lint') {
    catchError(buildResult: 'UNSTABLE', stageResult: 'FAILURE', message: 'lint') { error 'bad style' }
}
warnError('not so bad') { error 'x' }
unstable 'hm'
echo "went on $currentBuild.currentResult"
