// SUCCESS: bbb a
def words = ['bbb', 'a', 'cc']
echo "${words.max { it.length() }} ${words.min { it.length() }}"
