// Required context class hudson.FilePath is missing
withCredentials([file(credentialsId: 'kubeconfig', variable: 'KUBECONFIG')]) { echo 'bound' }
