// SUCCESS: count 2
import groovy.transform.Field
@Field int count = 0
def add() { count++; echo 'added' }
add(); add()
echo "count $count"
