// wound up catching
def length(word) { word.length() }
@NonCPS
def longest(words) { words.max { length(it) } }
echo longest(['a', 'bb'])
