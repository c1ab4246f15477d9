// must be called with a body
withEnv(['A=1'])
