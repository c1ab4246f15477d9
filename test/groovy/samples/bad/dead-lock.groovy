// The build waits for ever
lock('a') { lock('a') { echo 'never' } }
