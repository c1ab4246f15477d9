// new java.io.File
echo new File('/etc/passwd').text
