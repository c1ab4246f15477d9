// SUCCESS: major 1
@NonCPS
String major(String version) {
    def matcher = (version =~ /v(\d+)/)
    matcher.find() ? matcher.group(1) : null
}
echo "major ${major('v1.2.3')}"
