// NotSerializableException
def each = new TreeMap([a: 1, b: 2]).descendingKeySet().iterator()
echo each.next()
