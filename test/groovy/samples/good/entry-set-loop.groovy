// SUCCESS: seen a=1 b=2
def seen = []
for (entry in [a: 1, b: 2].entrySet()) {
    echo entry.key
    seen << "${entry.key}=${entry.value}".toString()
}
for (key in [c: 3].keySet()) { echo key }
echo "seen ${seen.join(' ')}"
