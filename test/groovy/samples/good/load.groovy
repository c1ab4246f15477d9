// SUCCESS: from a file: HELLO
node {
    writeFile file: 'words.groovy', encoding: 'UTF-8', text: '''
        def shout(text) { echo 'shouting'; text.toUpperCase() }
        return this
    '''
    def words = load 'words.groovy'
    echo "from a file: ${words.shout('hello')}"
}
