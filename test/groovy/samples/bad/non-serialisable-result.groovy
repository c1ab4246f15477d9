// NotSerializableException
def parse() { new XmlSlurper().parseText('<a><b>1</b></a>') }
def xml = parse()
echo xml.b.text()
