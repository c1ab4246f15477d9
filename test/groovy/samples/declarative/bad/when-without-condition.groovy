// line 4: Empty when closure
pipeline {
    agent any
    stages { stage('A') { when { beforeAgent true }; steps { echo 'a' } } }
}
