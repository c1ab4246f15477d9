// NotSerializableException: java.util.Optional (variable found
def found = Optional.of('x')
echo found.get()
