// NotSerializableException: java.util.LinkedHashMap$
for (entry in [a: 1, b: 2]) {
    echo entry.key
}
