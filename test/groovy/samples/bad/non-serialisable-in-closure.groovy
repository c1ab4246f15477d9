// NotSerializableException: java.lang.Object
def guard = new Object()
def work = { echo "with $guard" }
work()
