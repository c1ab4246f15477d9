// Scripts not permitted to use new java.util.ArrayList
class Words implements Serializable {
    final all = new ArrayList()
}
echo new Words().all.toString()
