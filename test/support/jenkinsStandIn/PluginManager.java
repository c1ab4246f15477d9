import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** Stands in for jenkins-plugin-manager.jar: writes down how it was called, and a file for each plugin of the list. */
public final class PluginManager {
    public static void main(String[] arguments) throws IOException {
        List<String> words = Arrays.asList(arguments);
        Path directory = Path.of(after(words, "--plugin-download-directory"));
        if (!Files.isReadable(Path.of(after(words, "--war")))) throw new IOException("jenkins.war is not to be read");
        Files.writeString(directory.resolve("arguments"), String.join("\n", words));
        for (String line : Files.readAllLines(Path.of(after(words, "--plugin-file")))) {
            if (line.isBlank() || line.startsWith("#")) continue;
            String[] plugin = line.split(":");
            if (plugin[1].equals("0.0-missing")) {
                System.err.println("Unable to resolve plugin " + plugin[0] + " " + plugin[1]);
                System.exit(1);
            }
            Files.writeString(directory.resolve(plugin[0] + ".jpi"), plugin[1]);
        }
    }

    private static String after(List<String> words, String option) throws IOException {
        int at = words.indexOf(option);
        if (at < 0) throw new IOException("No option " + option);
        return words.get(at + 1);
    }
}
