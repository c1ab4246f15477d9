// SUCCESS: third time
int tries = 0
retry(3) { tries++; if (tries < 3) { error "try $tries" } }
echo tries == 3 ? 'third time' : "times $tries"
