// SUCCESS: shop has 2
node {
    writeFile file: 'a.yml', text: 'name: shop\nparts: [a, b]\n'
    def list = readYaml file: 'a.yml'
    echo 'read'
    echo "$list.name has ${list.parts.size()}"
}
