// line 3: pipeline block must be at the top-level, not within another block.
node {
    pipeline {
        agent any
        stages { stage('A') { steps { echo 'a' } } }
    }
}
