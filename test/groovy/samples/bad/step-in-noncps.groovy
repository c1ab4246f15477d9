// expected to call WorkflowScript.shout but wound up catching steps.echo
@NonCPS
def shout(text) {
    echo text.toUpperCase()
}
shout('hello')
