// SUCCESS: configured
properties([disableConcurrentBuilds(), parameters([string(name: 'VERSION', defaultValue: '')]), pipelineTriggers([cron('H 2 * * *')])])
echo 'configured'
