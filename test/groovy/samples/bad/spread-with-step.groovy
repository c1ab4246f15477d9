// spread not yet supported for CPS transformation
def say(word) { echo word; word }
class Word implements Serializable { String text; def shout() { text.toUpperCase() } }
echo([new Word(text: 'a'), new Word(text: 'b')]*.shout().join())
