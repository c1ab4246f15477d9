package harness

import org.codehaus.groovy.ast.AnnotatedNode
import org.codehaus.groovy.ast.AnnotationNode
import org.codehaus.groovy.ast.ASTNode
import org.codehaus.groovy.ast.ClassCodeVisitorSupport
import org.codehaus.groovy.ast.ClassNode
import org.codehaus.groovy.ast.FieldNode
import org.codehaus.groovy.ast.expr.ClassExpression
import org.codehaus.groovy.ast.expr.ConstructorCallExpression
import org.codehaus.groovy.ast.expr.Expression
import org.codehaus.groovy.ast.expr.MethodCallExpression
import org.codehaus.groovy.ast.expr.PropertyExpression
import org.codehaus.groovy.ast.expr.StaticMethodCallExpression
import org.codehaus.groovy.ast.expr.VariableExpression
import org.codehaus.groovy.control.CompilationFailedException
import org.codehaus.groovy.control.CompilationUnit
import org.codehaus.groovy.control.CompilerConfiguration
import org.codehaus.groovy.control.Phases
import org.codehaus.groovy.control.SourceUnit
import org.codehaus.groovy.control.customizers.ImportCustomizer

/**
 * A static reading of sources for what the script-security sandbox would refuse, by short lists of what is allowed:
 * constructors and static members by name; and of names that no member may have. Stricter than the sandbox, which asks
 * when a call is made.
 */
class Sandbox {
    private static final Set<String> CONSTRUCTORS = [
        'java.lang.Object', 'java.lang.String', 'java.lang.StringBuilder', 'java.lang.Exception', 'java.lang.RuntimeException',
        'java.lang.IllegalArgumentException', 'java.lang.IllegalStateException', 'java.util.ArrayList', 'java.util.HashMap',
        'java.util.HashSet', 'java.util.LinkedHashMap', 'java.util.LinkedHashSet', 'java.util.TreeMap', 'java.util.TreeSet',
        'java.util.ArrayDeque', 'java.util.LinkedList', 'java.util.Date', 'java.math.BigDecimal', 'java.math.BigInteger',
        'java.text.SimpleDateFormat', 'groovy.json.JsonSlurperClassic', 'groovy.json.JsonBuilder',
    ] as Set
    private static final Map<String, Set<String>> STATICS = [
        'java.lang.Math': ['*'], 'java.lang.Integer': ['parseInt', 'valueOf', 'toString', 'compare', 'MAX_VALUE'], 'java.lang.Long': ['parseLong', 'valueOf', 'toString'],
        'java.lang.Boolean': ['parseBoolean', 'valueOf'], 'java.lang.String': ['valueOf', 'format', 'join', 'CASE_INSENSITIVE_ORDER'],
        'java.lang.Character': ['isDigit', 'isLetter', 'isLetterOrDigit', 'isUpperCase', 'toUpperCase', 'toLowerCase'],
        'java.util.Arrays': ['asList'], 'java.util.Collections': ['*'], 'java.util.Objects': ['*'], 'java.util.UUID': ['randomUUID', 'fromString'],
        'java.util.Locale': ['ROOT', 'ENGLISH', 'US'], 'java.util.regex.Pattern': ['compile', 'quote', 'matches'], 'java.util.regex.Matcher': ['quoteReplacement'],
        'java.net.URLEncoder': ['encode'], 'java.net.URLDecoder': ['decode'], 'java.util.concurrent.TimeUnit': ['*'],
        'groovy.json.JsonOutput': ['toJson', 'prettyPrint'], 'hudson.model.Result': ['*'], 'java.nio.charset.StandardCharsets': ['UTF_8'],
    ]
    private static final Set<String> FORBIDDEN = [
        'metaClass', 'getMetaClass', 'rawBuild', 'getRawBuild', 'execute', 'evaluate', 'forName', 'newInstance', 'classLoader', 'getClassLoader',
        'invokeMethod', 'declaredMethods', 'declaredFields', 'getDeclaredMethod', 'getDeclaredField', 'getMethod', 'getMethods', 'setAccessible',
        'eachFile', 'eachFileRecurse', 'eachDir', 'toURL', 'getBinding', 'setBinding', 'use', 'mixin', 'withStream', 'newReader', 'newInputStream',
    ] as Set
    private static final Set<String> REFUSED_ANNOTATIONS = ['Grab', 'Grapes', 'GrabConfig', 'GrabExclude', 'GrabResolver', 'ASTTest', 'Newify', 'CompileStatic']

    /**
     * @param classpath where the classes of a library are; null for a Jenkinsfile
     * @return one line a complaint: what, and where
     */
    static List<String> complaints(String text, String name, List<File> classpath = null) {
        Reader reader = new Reader(name)
        try {
            // Parsed only, first: what a Grab asks for must not be fetched by looking at it.
            Jenkinsfile.classes(text, name).each { reader.visitClass(it) }
            if (reader.found) {
                return reader.found
            }
            reader.resolved = true
            resolved(text, name, classpath ?: []).each { reader.visitClass(it) }
        } catch (CompilationFailedException problem) {
            // A Jenkinsfile that does not compile is no matter of the sandbox: running it tells, with its library.
            return classpath == null ? reader.found : ["$name does not compile: $problem.message".toString()]
        }
        reader.found.unique()
    }

    /** Every source of a library. */
    static List<String> complaintsOfLibrary(File root) {
        List<File> classpath = [new File(root, 'src'), new File(root, 'vars')]
        classpath.findAll { it.directory }.collectMany { File directory ->
            List<File> files = []
            directory.eachFileRecurse { if (it.name.endsWith('.groovy')) { files << it } }
            files.sort { it.path }.collectMany { File file -> complaints(file.getText('UTF-8'), root.toPath().relativize(file.toPath()).toString(), classpath) }
        }
    }

    private static List<ClassNode> resolved(String text, String name, List<File> classpath) {
        CompilerConfiguration configuration = new CompilerConfiguration()
        configuration.scriptBaseClass = CpsScript.name
        ImportCustomizer imports = new ImportCustomizer()
        imports.addImports('com.cloudbees.groovy.cps.NonCPS', 'org.jenkinsci.plugins.workflow.libs.Library')
        imports.addStarImports('hudson.model', 'jenkins.model')
        configuration.addCompilationCustomizers(imports)
        GroovyClassLoader loader = new GroovyClassLoader(Sandbox.classLoader, configuration)
        classpath.each { loader.addURL(it.toURI().toURL()) }
        CompilationUnit unit = new CompilationUnit(configuration, null, loader)
        SourceUnit source = unit.addSource(name, text)
        unit.compile(Phases.SEMANTIC_ANALYSIS)
        source.AST.classes
    }

    private static class Reader extends ClassCodeVisitorSupport {
        final List<String> found = []
        boolean resolved = false
        private final String file

        Reader(String file) {
            this.file = file
        }

        private void complain(String what, ASTNode where) {
            // What the compiler makes by itself has no line.
            if (where.lineNumber > 0) {
                found << "$file:$where.lineNumber: the sandbox would refuse $what".toString()
            }
        }

        @Override
        void visitAnnotations(AnnotatedNode node) {
            node.annotations.each { AnnotationNode annotation ->
                if (annotation.classNode.nameWithoutPackage in REFUSED_ANNOTATIONS) {
                    complain("@$annotation.classNode.nameWithoutPackage", node)
                }
            }
            super.visitAnnotations(node)
        }

        @Override
        void visitImports(org.codehaus.groovy.ast.ModuleNode module) {
            module?.imports?.each { it.annotations.each { AnnotationNode a -> if (a.classNode.nameWithoutPackage in REFUSED_ANNOTATIONS) { complain("@$a.classNode.nameWithoutPackage", it) } } }
        }

        @Override
        void visitClass(ClassNode node) {
            node.fields.findAll { FieldNode field -> field.static && !field.final && field.lineNumber > 0 || field.static && !field.final && node.hasProperty(field.name) }.each { FieldNode field ->
                complain("static state ($field.name): builds share it, and a restart loses it", field.lineNumber > 0 ? field : node)
            }
            super.visitClass(node)
        }

        @Override
        void visitConstructorCallExpression(ConstructorCallExpression call) {
            if (resolved && !call.specialCall && !allowedType(call.type) && !(call.type.name in CONSTRUCTORS)) {
                complain("new $call.type.name", call)
            }
            super.visitConstructorCallExpression(call)
        }

        @Override
        void visitMethodCallExpression(MethodCallExpression call) {
            member(call.objectExpression, call.methodAsString, call)
            super.visitMethodCallExpression(call)
        }

        @Override
        void visitStaticMethodCallExpression(StaticMethodCallExpression call) {
            statics(call.ownerType, call.method, call)
            super.visitStaticMethodCallExpression(call)
        }

        @Override
        void visitPropertyExpression(PropertyExpression property) {
            member(property.objectExpression, property.propertyAsString, property)
            super.visitPropertyExpression(property)
        }

        private void member(Expression of, String name, ASTNode where) {
            if (name in FORBIDDEN) {
                complain(name, where)
            } else if (of instanceof ClassExpression) {
                statics(of.type, name, where)
            }
        }

        private void statics(ClassNode type, String name, ASTNode where) {
            if (!resolved || allowedType(type) || name == 'class') {
                return
            }
            Set<String> allowed = (STATICS[type.name] ?: []) as Set
            // An inner class reads like a property of the outer.
            boolean inner = name != null && Character.isUpperCase(name.charAt(0)) && name.any { Character.isLowerCase(it as char) }
            if (!('*' in allowed) && !(name in allowed) && !inner) {
                complain("$type.name.$name", where)
            }
        }

        /** Classes that the source, or its library, brings itself. */
        private boolean allowedType(ClassNode type) {
            ClassNode plain = type.array ? type.componentType : type
            plain.redirect().module != null || plain.primaryClassNode
        }

        @Override
        protected SourceUnit getSourceUnit() {
            null
        }
    }
}
