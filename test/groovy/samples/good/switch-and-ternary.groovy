// SUCCESS: two none elvis
def name(n) {
    switch (n) {
        case 1: return 'one'
        case 2: return 'two'
        default: return 'none'
    }
}
echo "${name(2)} ${name(9)} ${null ?: 'elvis'}"
