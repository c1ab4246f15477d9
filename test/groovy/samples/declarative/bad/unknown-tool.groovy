// line 4: Tool type "maven" does not have an install of "m3" configured
pipeline {
    agent any
    tools { maven 'm3' }
    stages { stage('A') { steps { echo 'a' } } }
}
