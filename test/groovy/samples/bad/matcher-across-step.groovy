// java.util.regex.Matcher (variable matcher
def matcher = ('v1.2.3' =~ /v(\d+)\.(\d+)/)
if (matcher.find()) {
    echo 'a version'
    echo matcher.group(1)
}
