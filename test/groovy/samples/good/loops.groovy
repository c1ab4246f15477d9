// SUCCESS: 0123 done abc 3
String text = ''
for (int i = 0; i < 4; i++) { text += i; echo text }
int left = 3
while (left > 0) { left--; if (left == 1) { continue }; echo "left $left" }
def all = ''
for (word in ['a', 'b', 'c', 'd']) { if (word == 'd') { break }; all += word; echo all }
def count = 0
3.times { count++; echo "count $count" }
echo "$text done $all $count"
