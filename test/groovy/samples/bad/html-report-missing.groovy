// does not exist
node { publishHTML(target: [reportDir: '.', reportFiles: 'report.html', reportName: 'Report', allowMissing: false]) }
