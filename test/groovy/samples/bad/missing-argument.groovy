// Missing required parameter: "text" of step writeFile
node { writeFile file: 'a.txt' }
