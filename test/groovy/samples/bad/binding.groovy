// Scripts not permitted to use field groovy.lang.Script binding
echo this.binding.toString()
