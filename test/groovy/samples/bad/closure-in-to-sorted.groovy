// expected to call java.util.ArrayList.toSorted but wound up catching
def names = ['bb', 'a'].toSorted { it.length() }
echo names.join(',')
