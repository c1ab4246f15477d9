// static state
class Counter implements Serializable {
    static int count = 0
}
Counter.count++
echo Counter.count.toString()
