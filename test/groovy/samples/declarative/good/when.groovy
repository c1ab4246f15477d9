// SUCCESS: ran main not-develop all any expression environment
pipeline {
    agent none
    environment { KIND = 'web' }
    stages {
        stage('Main') { when { branch 'main' }; steps { script { env.RAN = 'ran main' } } }
        stage('Develop') { when { branch 'develop' }; steps { error 'develop' } }
        stage('Not') { when { not { branch 'develop' } }; steps { script { env.RAN += ' not-develop' } } }
        stage('All') { when { allOf { branch 'ma*'; not { changeRequest() } } }; steps { script { env.RAN += ' all' } } }
        stage('Any') { when { anyOf { branch 'x'; environment name: 'KIND', value: 'web' } }; steps { script { env.RAN += ' any' } } }
        stage('Expression') { when { beforeAgent true; expression { return env.KIND == 'web' } }; agent any; steps { script { env.RAN += ' expression' } } }
        stage('Tag') { when { buildingTag() }; steps { error 'tag' } }
        stage('Environment') { when { environment name: 'KIND', value: 'web' }; steps { script { env.RAN += ' environment' } } }
        stage('Show') { steps { echo env.RAN } }
    }
}
