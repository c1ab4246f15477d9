// rawBuild
echo currentBuild.rawBuild.toString()
