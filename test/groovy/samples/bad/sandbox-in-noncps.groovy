// Scripts not permitted to use staticMethod org.codehaus.groovy.runtime.DefaultGroovyMethods max java.util.Collection
@NonCPS
def largest(numbers) {
    numbers.collect { [it, 1].max() }
}
echo largest([1, 2]).toString()
