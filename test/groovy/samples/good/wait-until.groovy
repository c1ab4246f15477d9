// SUCCESS: after 3
int tries = 0
waitUntil { tries++; echo "try $tries"; tries == 3 }
echo "after $tries"
