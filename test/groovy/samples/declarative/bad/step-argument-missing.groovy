// line 4: Missing required parameter: "text" of step writeFile
pipeline {
    agent any
    stages { stage('A') { steps { writeFile file: 'a' } } }
}
