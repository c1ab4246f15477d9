// NotSerializableException: java.util.LinkedHashMap$Entry
@NonCPS
def first(map) { map.entrySet().iterator().next() }
def entry = first([a: 1])
echo entry.key
