// SUCCESS: hello world
echo 'hello world'
