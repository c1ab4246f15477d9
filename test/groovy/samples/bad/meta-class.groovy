// Scripts not permitted to use staticMethod org.codehaus.groovy.runtime.DefaultGroovyMethods getMetaClass java.lang.Class
String.metaClass.shout = { -> 'A' }
echo 'changed'
