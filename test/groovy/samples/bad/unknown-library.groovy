// No library named automation-stak is configured
@Library('automation-stak@v1') _
echo 'hello'
