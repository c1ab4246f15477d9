// line 2: Missing required section "agent"
pipeline { stages { stage('A') { steps { echo 'a' } } } }
