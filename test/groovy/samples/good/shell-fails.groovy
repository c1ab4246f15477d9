// FAILURE: ERROR: script returned exit code 7
node { sh 'exit 7' }
