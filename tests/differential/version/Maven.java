// Order of Maven versions by ComparableVersion: pairs by tab on standard input, one of < = > ! a line.
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import org.apache.maven.artifact.versioning.ComparableVersion;

public class Maven {
    public static void main(String[] args) throws Exception {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, "UTF-8"));
        PrintStream out = new PrintStream(new java.io.BufferedOutputStream(System.out), false, "UTF-8");
        for (String line; (line = in.readLine()) != null;) {
            String[] pair = line.split("\t", -1);
            if (pair[0].isEmpty() || pair[1].isEmpty()) {
                out.println("!");
                continue;
            }
            int order = new ComparableVersion(pair[0]).compareTo(new ComparableVersion(pair[1]));
            out.println(order < 0 ? "<" : order > 0 ? ">" : "=");
        }
        out.flush();
    }
}
