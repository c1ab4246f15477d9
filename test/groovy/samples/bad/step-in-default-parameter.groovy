// wound up catching
def where() { node { return pwd() } }
def build(place = where()) { echo place }
build()
