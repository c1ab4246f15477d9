// SUCCESS: seen a=1 b=2
def seen = []
[a: 1, b: 2].each { key, value -> echo key; seen << "$key=$value".toString() }
[a: 1, b: 2].each { entry -> echo entry.key }
echo "seen ${seen.join(' ')}"
