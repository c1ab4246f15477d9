// line 4: Invalid trigger type "crontab"
pipeline {
    agent any
    triggers { crontab('H 2 * * *') }
    stages { stage('A') { steps { echo 'a' } } }
}
