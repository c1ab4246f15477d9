// NullPointerException
node {
    writeFile file: 'result.xml', text: '<testsuite><testcase name="a"/></testsuite>'
    junit 'result.xml'
}
