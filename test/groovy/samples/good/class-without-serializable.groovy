// SUCCESS: kept 1
class Place { int number }
def place = new Place(number: 1)
echo 'saved'
echo "kept $place.number"
