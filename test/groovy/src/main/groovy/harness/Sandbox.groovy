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
import org.codehaus.groovy.ast.expr.TupleExpression
import org.codehaus.groovy.control.CompilationFailedException
import org.codehaus.groovy.control.CompilationUnit
import org.codehaus.groovy.control.CompilerConfiguration
import org.codehaus.groovy.control.Phases
import org.codehaus.groovy.control.SourceUnit
import org.codehaus.groovy.control.customizers.ImportCustomizer

/**
 * What the sandbox would refuse, read from sources: a Jenkinsfile's annotations and kinds of classes, since they take effect
 * before any call; of a library also whom it makes and calls by class, on ways that no spec takes. SandboxRules asks when a
 * call is made.
 */
class Sandbox {
    private static final Set<String> REFUSED_ANNOTATIONS = ['Grab', 'Grapes', 'GrabConfig', 'GrabExclude', 'GrabResolver', 'ASTTest', 'Newify', 'CompileStatic']

    /** Methods of what a script is given: steps, symbols, `currentBuild`, `docker`. */
    private static final Set<String> OFFERED = new StepLibrary(new Jenkins(new File('.'))).names() + Dsl.SYMBOLS + BuildHandle.methods*.name + ['image', 'inside'] as Set

    /** @return one line a complaint: what, and where. Parsed only: what a Grab asks for must not be fetched by looking at it. */
    static List<String> refusedAsText(String text, String name) {
        Reader reader = new Reader(name)
        try {
            Jenkinsfile.classes(text, name).each { reader.visitClass(it) }
        } catch (CompilationFailedException ignored) {
            // What does not compile is no matter of the sandbox: running it tells.
            return []
        }
        reader.found.unique()
    }

    /** The same, and every class that the source makes or calls. */
    static List<String> complaints(String text, String name) {
        complaintsOf([(name): text])
    }

    /** Every source of a library; also methods that nothing has which the sandbox knows. */
    static List<String> complaintsOfLibrary(File root) {
        Map<String, String> texts = new TreeMap<>()
        [new File(root, 'src'), new File(root, 'vars')].findAll { it.directory }*.eachFileRecurse { File file ->
            if (file.name.endsWith('.groovy')) {
                texts[root.toPath().relativize(file.toPath()).toString()] = file.getText('UTF-8')
            }
        }
        complaintsOf(texts, texts.keySet().collect { new File(it).name - '.groovy' })
    }

    /** @param own names of methods that come from elsewhere; where null, any name may be one */
    static List<String> complaintsOf(Map<String, String> texts, Collection<String> own = null) {
        List<String> found = texts.collectMany { name, text -> refusedAsText(text, name) }
        if (found) {
            return found
        }
        Set<String> known = own == null ? null : OFFERED + own + texts.values().collectMany { methods(it) } as Set
        try {
            resolved(texts).each { SourceUnit source ->
                Reader reader = new Reader(source.name, known)
                reader.resolved = true
                source.AST.classes.each { reader.visitClass(it) }
                found.addAll(reader.found.unique())
            }
        } catch (CompilationFailedException problem) {
            return ["${texts.keySet().join(', ')}: does not compile: $problem.message".toString()]
        }
        found
    }

    private static Set<String> methods(String text) {
        try {
            Jenkinsfile.classes(text)*.methods.flatten()*.name as Set
        } catch (CompilationFailedException ignored) {
            [] as Set
        }
    }

    private static List<SourceUnit> resolved(Map<String, String> texts) {
        CompilerConfiguration configuration = new CompilerConfiguration()
        configuration.scriptBaseClass = CpsScript.name
        ImportCustomizer imports = new ImportCustomizer()
        imports.addImports('com.cloudbees.groovy.cps.NonCPS', 'org.jenkinsci.plugins.workflow.libs.Library')
        imports.addStarImports('hudson.model', 'jenkins.model')
        configuration.addCompilationCustomizers(imports)
        CompilationUnit unit = new CompilationUnit(configuration, null, new GroovyClassLoader(Sandbox.classLoader, configuration))
        List<SourceUnit> sources = texts.collect { name, text -> unit.addSource(name, text) }
        unit.compile(Phases.SEMANTIC_ANALYSIS)
        sources
    }

    private static class Reader extends ClassCodeVisitorSupport {
        final List<String> found = []
        boolean resolved = false
        private final String file
        private final Set<String> known

        /** @param known names of methods that are not the sandbox's matter; null for all */
        Reader(String file, Set<String> known = null) {
            this.file = file
            this.known = known
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
            if (node.enum) {
                complain("enum $node.nameWithoutPackage", node)
            }
            node.fields.findAll { FieldNode field -> field.static && !field.final && field.lineNumber > 0 || field.static && !field.final && node.hasProperty(field.name) }.each { FieldNode field ->
                complain("static state ($field.name): builds share it, and a restart loses it", field.lineNumber > 0 ? field : node)
            }
            super.visitClass(node)
        }

        @Override
        void visitConstructorCallExpression(ConstructorCallExpression call) {
            if (resolved && !call.specialCall && !allowedType(call.type) && !AllowList.constructor(call.type.name, count(call.arguments))) {
                complain("new $call.type.name", call)
            }
            super.visitConstructorCallExpression(call)
        }

        @Override
        void visitMethodCallExpression(MethodCallExpression call) {
            String name = call.methodAsString
            if (call.objectExpression instanceof ClassExpression) {
                statics(call.objectExpression.type, name, call, count(call.arguments))
            } else if (resolved && known != null && !call.implicitThis && name != null && !(name in known) && call.objectExpression.text != 'script' && !AllowList.instance(name, count(call.arguments))) {
                complain("the method $name", call)
            }
            super.visitMethodCallExpression(call)
        }

        @Override
        void visitStaticMethodCallExpression(StaticMethodCallExpression call) {
            statics(call.ownerType, call.method, call, count(call.arguments))
            super.visitStaticMethodCallExpression(call)
        }

        @Override
        void visitPropertyExpression(PropertyExpression property) {
            if (property.objectExpression instanceof ClassExpression) {
                statics(property.objectExpression.type, property.propertyAsString, property, -1)
            }
            super.visitPropertyExpression(property)
        }

        private void statics(ClassNode type, String name, ASTNode where, int arguments) {
            if (!resolved || allowedType(type) || name == 'class') {
                return
            }
            // An inner class reads like a property of the outer.
            boolean inner = name != null && Character.isUpperCase(name.charAt(0)) && name.any { Character.isLowerCase(it as char) }
            if (!AllowList.statics(type.name, name, arguments) && !inner) {
                complain("$type.name.$name", where)
            }
        }

        private static int count(Expression arguments) {
            arguments instanceof TupleExpression ? arguments.expressions.size() : 1
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
