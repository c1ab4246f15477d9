// without an encoding
node { writeFile file: 'a.txt', text: 'grün' }
