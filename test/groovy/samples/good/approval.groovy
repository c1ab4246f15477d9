// SUCCESS: approved by alice for eu
def answer
stage('Approve') {
    timeout(time: 1, unit: 'DAYS') {
        answer = input(message: 'Deploy?', submitterParameter: 'WHO', parameters: [choice(name: 'REGION', choices: ['us', 'eu'])])
    }
}
milestone 1
lock('production') { node { echo "approved by $answer.WHO for $answer.REGION" } }
