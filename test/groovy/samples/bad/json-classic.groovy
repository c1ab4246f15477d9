// Scripts not permitted to use new groovy.json.JsonSlurperClassic
import groovy.json.JsonSlurperClassic
def release = new JsonSlurperClassic().parseText('{"version": "1.2.3", "digests": {"web": "sha256:1"}}')
echo 'read'
echo "version $release.version"
