// UNSTABLE: 1 of 3 failed
node {
    writeFile file: 'report/index.html', text: '<html></html>'
    writeFile file: 'result.xml', text: '<testsuite name="all"><testcase name="a"/><testcase name="b"><failure/></testcase><testcase name="c"/></testsuite>'
    def sum = junit 'result.xml'
    publishHTML([reportDir: 'report', reportFiles: 'index.html', reportName: 'Report', keepAll: true, alwaysLinkToLastBuild: true, allowMissing: false])
    archiveArtifacts artifacts: 'report/**', fingerprint: true
    echo "$sum.failCount of $sum.totalCount failed"
}
