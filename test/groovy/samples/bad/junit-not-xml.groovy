// Failed to read test report file
node {
    writeFile file: 'result.xml', text: '<testsuite><testcase'
    junit 'result.xml'
}
