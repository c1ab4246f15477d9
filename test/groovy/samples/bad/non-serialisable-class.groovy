// NotSerializableException: java.io.StringReader (field Source.reader
class Source implements Serializable {
    def reader
}
def source = new Source()
source.reader = new StringReader('a\nb')
echo 'opened'
