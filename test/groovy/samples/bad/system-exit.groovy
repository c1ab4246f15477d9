// java.lang.System.exit
System.exit(1)
