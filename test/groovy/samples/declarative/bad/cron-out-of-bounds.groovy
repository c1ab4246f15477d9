// line 4: Invalid input: "H 25 * * *"
pipeline {
    agent any
    triggers { cron('H 25 * * *') }
    stages { stage('A') { steps { echo 'a' } } }
}
