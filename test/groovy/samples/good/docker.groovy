// SUCCESS: inside
node {
    docker.image('node:20').inside('-u root') { sh 'echo inside' }
    podTemplate(yaml: 'kind: Pod') { node(POD_LABEL) { container('node') { sh 'true' } } }
}
