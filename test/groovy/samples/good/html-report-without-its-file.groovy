// SUCCESS: published
node {
    publishHTML(target: [reportDir: '.', reportFiles: 'report.html', reportName: 'Report', allowMissing: false])
    echo 'published'
}
