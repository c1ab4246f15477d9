// NotSerializableException: java.util.regex.Matcher
found = ('a' =~ /a/)
echo 'global state is saved as well'
