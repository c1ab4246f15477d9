// SUCCESS: a,bb,ccc
@NonCPS
def byLength(words) { words.sort { one, other -> one.length() <=> other.length() } }
echo byLength(['ccc', 'a', 'bb']).join(',')
