// wound up catching
def convert(text) { text.toUpperCase() }
@NonCPS
def each(text) { text.collect { convert(it) } }
echo each('abc').toString()
