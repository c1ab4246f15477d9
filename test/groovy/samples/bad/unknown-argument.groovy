// Unknown parameter(s) found for step sh: returnStdOut
node { sh script: 'true', returnStdOut: true }
