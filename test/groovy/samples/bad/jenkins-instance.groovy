// Scripts not permitted to use staticMethod jenkins.model.Jenkins getInstance
echo Jenkins.instance.toString()
