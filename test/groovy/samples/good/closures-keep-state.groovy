// SUCCESS: total 6
int total = 0
def add = { int amount -> echo "add $amount"; total += amount; total }
add(1); add(2); add(3)
echo "total $total"
