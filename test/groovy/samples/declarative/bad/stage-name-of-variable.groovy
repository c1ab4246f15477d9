// line 5: Expected a string literal as the name of the stage
def name = 'A'
pipeline {
    agent any
    stages { stage(name) { steps { echo 'a' } } }
}
