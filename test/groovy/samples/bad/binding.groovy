// Scripts not permitted to use method groovy.lang.Script getBinding
echo this.binding.toString()
