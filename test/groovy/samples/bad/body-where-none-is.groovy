// takes no body
echo('hello') { echo 'inside' }
