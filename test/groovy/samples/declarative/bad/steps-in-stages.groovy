// line 4: Expected a stage, not "steps"
pipeline {
    agent any
    stages { steps { echo 'a' } }
}
