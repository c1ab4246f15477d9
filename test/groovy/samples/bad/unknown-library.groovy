// Could not find any definition of libraries [automation-stak@v1]
@Library('automation-stak@v1') _
echo 'hello'
