// FAILURE: FAILURE
currentBuild.result = 'FAILURE'
currentBuild.result = 'SUCCESS'
echo currentBuild.result
