// SUCCESS: 120
def factorial(int n) { n <= 1 ? 1 : n * factorial(n - 1) }
echo factorial(5).toString()
