// Could not find credentials entry with ID 'tokn'
withCredentials([string(credentialsId: 'tokn', variable: 'TOKEN')]) { echo 'bound' }
