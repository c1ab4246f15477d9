// Expected named arguments but got
node { writeFile 'a.txt', 'text' }
