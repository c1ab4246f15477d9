// SUCCESS: shop 5 ****
pipeline {
    agent any
    environment { DATABASE = credentials('database'); TOKEN = credentials('token') }
    stages { stage('Show') { steps { sh 'echo "$DATABASE_USR ${#DATABASE_PSW} $TOKEN"' } } }
}
