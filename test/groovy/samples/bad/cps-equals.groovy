// wound up catching
class Version implements Serializable {
    int major
    boolean equals(Object other) { major == other.major }
    int hashCode() { major }
}
echo([new Version(major: 1)].contains(new Version(major: 1)).toString())
