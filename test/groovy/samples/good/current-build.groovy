// SUCCESS: [:] [] false null
echo "$currentBuild.buildVariables $currentBuild.upstreamBuilds $currentBuild.keepLog $currentBuild.previousSuccessfulBuild"
if (currentBuild.previousBuiltBuild != null || currentBuild.timeInMillis < 0 || !currentBuild.durationString) { error 'currentBuild' }
