// Scripts not permitted to use staticMethod java.lang.System exit int
System.exit(1)
