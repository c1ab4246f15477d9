// wound up catching
def shout(text) { echo text.toUpperCase(); text }
def all = ['a', 'b'].collect(this.&shout)
