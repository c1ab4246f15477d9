// wound up catching
@NonCPS
def count(words) {
    def sum = [:].withDefault { 0 }
    words.each { sum[it] = next(sum[it]) }
    sum
}
def next(number) { number + 1 }
echo count(['a', 'b']).toString()
