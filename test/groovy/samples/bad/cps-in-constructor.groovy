// <init> but wound up catching Greeting.make
class Greeting implements Serializable {
    String text
    Greeting(String name) { text = make(name) }
    String make(String name) { "hello $name" }
}
echo new Greeting('you').text
