// SUCCESS: 2,4,6 of 12 any true every false found 3
def numbers = [1, 2, 3]
def doubled = numbers.collect { node { sh 'true' }; it * 2 }
int sum = 0
doubled.each { sum += it; echo "sum $sum" }
boolean any = numbers.any { echo "any $it"; it > 1 }
boolean every = numbers.every { echo "every $it"; it > 1 }
def found = numbers.find { echo "find $it"; it > 2 }
echo "${doubled.join(',')} of $sum any $any every $every found $found"
