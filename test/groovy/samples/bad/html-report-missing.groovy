// does not exist
node { publishHTML(target: [reportDir: 'report', reportFiles: 'report.html', reportName: 'Report', allowMissing: false]) }
