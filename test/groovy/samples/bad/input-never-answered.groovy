// The build waits for ever
stage('Approve') { input 'Deploy?'; input 'Really?' }
