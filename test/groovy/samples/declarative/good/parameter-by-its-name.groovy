// SUCCESS: to [] of P
pipeline {
    agent none
    parameters { string('P') }
    stages { stage('A') { steps { echo "to [${params.P}] of P" } } }
}
