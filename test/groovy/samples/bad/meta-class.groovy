// metaClass
String.metaClass.shout = { -> 'A' }
echo 'changed'
