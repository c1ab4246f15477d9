// Credentials 'database' is of type 'Username with password' where 'org.jenkinsci.plugins.plaincredentials.StringCredentials' was expected
withCredentials([string(credentialsId: 'database', variable: 'PASSWORD')]) { echo 'bound' }
