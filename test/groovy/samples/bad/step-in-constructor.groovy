// <init> but wound up catching
class Deployment implements Serializable {
    Deployment(script) { script.echo 'made' }
}
new Deployment(this)
