// expected to call java.util.ArrayList.sort but wound up catching
node {
    def names = ['b', 'a']
    names.sort { one, other -> one <=> other }
}
