// SUCCESS: loaded
@Library('automation-stack@v1') _
echo 'loaded'
