// Required context class hudson.FilePath is missing
sh 'true'
