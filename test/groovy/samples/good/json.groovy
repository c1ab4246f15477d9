// SUCCESS: version 1.2.3
@NonCPS
def read(String text) {
    [:] + new groovy.json.JsonSlurper().parseText(text)
}
def release = read('{"version": "1.2.3"}')
echo 'read'
echo "version $release.version"
