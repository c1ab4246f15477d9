// wound up catching
class Place implements Serializable {
    def script
    String toString() { script.pwd() }
}
node { echo "in ${new Place(script: this)}" }
