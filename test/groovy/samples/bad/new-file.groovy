// Scripts not permitted to use new java.io.File java.lang.String
echo new File('/etc/passwd').text
