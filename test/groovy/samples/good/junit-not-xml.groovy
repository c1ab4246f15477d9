// UNSTABLE: 2 of 2 failed
node {
    writeFile file: 'cut.xml', text: '<testsuite><testcase'
    writeFile file: 'empty.xml', text: ''
    def sum = junit '*.xml'
    echo "$sum.failCount of $sum.totalCount failed"
}
