// buildResult is invalid: NOPE
catchError(buildResult: 'NOPE') { echo 'a' }
