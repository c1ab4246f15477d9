// line 4: Invalid input: "bad cron"
pipeline {
    agent any
    triggers { cron('bad cron') }
    stages { stage('A') { steps { echo 'a' } } }
}
