import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Stands in for jenkins.war, which tests cannot have. It is no Jenkins: it reads what the service gives it in the way
 * that Jenkins and its plugins do, answers /login, and ends with Jenkins' words and exit code where a file is not there
 * or not to be read, a name has no value, or a root element is unknown.
 */
public final class Jenkins {
    private static final Set<String> KNOWN =
            Set.of("jenkins", "security", "credentials", "unclassified", "jobs", "tool");

    public static void main(String[] arguments) throws IOException {
        try {
            Path home = Path.of(environment("JENKINS_HOME"));
            Files.writeString(
                    home.resolve("starts"), "started\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
            if (!"false".equals(System.getProperty("jenkins.install.runSetupWizard")))
                throw new IllegalStateException("The setup wizard waits for somebody");
            if (!Files.isReadable(home.resolve("plugins/configuration-as-code.jpi")))
                throw new IllegalStateException("The plugin configuration-as-code is not installed");
            for (String file : environment("CASC_JENKINS_CONFIG").split(",")) configure(Path.of(file));
            List<String> options = Arrays.asList(arguments);
            int port = Integer.parseInt(option(options, "--httpPort="));
            HttpServer server =
                    HttpServer.create(new InetSocketAddress(option(options, "--httpListenAddress="), port), 0);
            server.createContext("/login", exchange -> {
                exchange.sendResponseHeaders(200, -1);
                exchange.close();
            });
            server.start();
            System.out.println("Jenkins is fully up and running");
        } catch (Exception problem) {
            System.err.println("SEVERE hudson.util.BootFailure#publish: Failed to initialize Jenkins");
            problem.printStackTrace();
            // What the exit lifecycle ends with; without it Jenkins would stay and show an error page.
            boolean ends = "hudson.lifecycle.ExitLifecycle".equals(System.getProperty("hudson.lifecycle"));
            if (ends) System.exit(5);
            throw problem;
        }
    }

    private static void configure(Path file) throws IOException {
        String text = Files.readString(file).replaceAll("(?m)^\\s*#.*$", "");
        // What a careless plugin would write into the log.
        if (text.contains("loud")) System.err.println("Trying the password " + reveal("jenkins-admin-password"));
        Matcher roots = Pattern.compile("(?m)^(\\w+):").matcher(text);
        while (roots.find())
            if (!KNOWN.contains(roots.group(1)))
                throw new IllegalStateException("No configurator for the following root elements: " + roots.group(1));
        Matcher names = Pattern.compile("\\$\\{([^}:]+)}").matcher(text);
        while (names.find()) reveal(names.group(1));
    }

    private static String reveal(String name) throws IOException {
        if (System.getenv(name) != null) return System.getenv(name);
        Path file = Path.of(environment("SECRETS"), name);
        if (!Files.isRegularFile(file)) throw new IllegalStateException("Nothing stands for " + name);
        return Files.readString(file, StandardCharsets.UTF_8).trim();
    }

    private static String environment(String name) {
        String value = System.getenv(name);
        if (value == null) throw new IllegalStateException(name + " is not set");
        return value;
    }

    private static String option(List<String> options, String name) {
        return options.stream()
                .filter(option -> option.startsWith(name))
                .map(option -> option.substring(name.length()))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("No option " + name));
    }
}
