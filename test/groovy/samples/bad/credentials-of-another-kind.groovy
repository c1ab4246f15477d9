// is of another type
withCredentials([string(credentialsId: 'database', variable: 'PASSWORD')]) { echo 'bound' }
