// spread not yet supported for CPS transformation
def join(a, b) { "$a $b" }
echo join(*['a', 'b'])
