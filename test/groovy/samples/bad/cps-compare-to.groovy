// wound up catching
class Version implements Serializable, Comparable<Version> {
    int major
    int compareTo(Version other) { major <=> other.major }
}
echo([new Version(major: 2), new Version(major: 1)].sort()[0].major.toString())
