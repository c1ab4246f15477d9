// the sandbox would refuse enum Place
enum Place { STAGING, PRODUCTION }
echo Place.STAGING.name()
