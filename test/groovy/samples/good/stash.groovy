// SUCCESS: kept a, left b
node {
    sh 'mkdir -p plans .git && echo a > plans/a.tfplan && echo b > plans/b.txt && echo c > .git/config'
    stash name: 'plans', includes: '**/*.tfplan,.git/**'
    deleteDir()
}
node {
    unstash 'plans'
    echo "kept ${readFile(file: 'plans/a.tfplan', encoding: 'UTF-8').trim()}, left ${fileExists('plans/b.txt') || fileExists('.git/config') ? '' : 'b'}"
}
