// wound up catching steps.sh
@NonCPS
def all(commands) {
    commands.each { sh it }
}
node { all(['true', 'true']) }
