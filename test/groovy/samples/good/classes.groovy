// SUCCESS: hello you from Deployment
class Step implements Serializable {
    protected final script
    Step(script) { this.script = script }
    def run(String who) { script.echo "begin"; "hello $who from ${name()}" }
    def name() { 'Step' }
}
class Deployment extends Step {
    Deployment(script) { super(script) }
    def name() { 'Deployment' }
}
echo new Deployment(this).run('you')
