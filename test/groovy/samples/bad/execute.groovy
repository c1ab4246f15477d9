// execute
echo 'ls /'.execute().text
