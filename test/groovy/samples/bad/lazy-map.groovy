// LazyMap (variable release
import groovy.json.JsonSlurper
def release = new JsonSlurper().parseText('{"version": "1.2.3"}')
echo 'read'
echo release.version
