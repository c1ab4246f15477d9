// SUCCESS: in sub 3 text
node {
    dir('sub') {
        sh 'echo text > file; pwd > ../where'
        int status = sh(script: 'exit 3', returnStatus: true)
        String place = readFile(file: '../where', encoding: 'UTF-8').trim()
        echo "in ${place.tokenize('/').last()} $status ${readFile(file: 'file', encoding: 'UTF-8').trim()}"
    }
    if (!fileExists('sub/file')) { error 'not there' }
}
