// SUCCESS: grün 日本 ✓
node {
    writeFile file: 'text', text: 'grün 日本 ✓', encoding: 'UTF-8'
    echo readFile(file: 'text', encoding: 'UTF-8')
    sh 'grep -q "grün 日本 ✓" text'
}
