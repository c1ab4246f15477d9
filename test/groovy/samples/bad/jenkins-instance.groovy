// jenkins.model.Jenkins
echo Jenkins.instance.toString()
