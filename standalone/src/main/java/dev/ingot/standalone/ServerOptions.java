package dev.ingot.standalone;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.pipeline.RunRef;
import dev.ingot.standalone.client.Registry;
import java.net.URI;
import picocli.CommandLine.Option;

/** Which installation a command talks to, and for which team. */
final class ServerOptions {
    @Option(
            names = "--url",
            defaultValue = "${env:INGOT_URL:-http://127.0.0.1:8080}",
            paramLabel = "URL",
            description = "The installation. Default: ${DEFAULT-VALUE} (INGOT_URL sets another).")
    URI url;

    @Option(
            names = "--team",
            defaultValue = "${env:INGOT_TEAM:-default}",
            paramLabel = "TEAM",
            description = "Default: ${DEFAULT-VALUE} (INGOT_TEAM sets another).")
    String team;

    Registry registry() {
        if (!"http".equals(url.getScheme()) && !"https".equals(url.getScheme())) {
            throw new RefusedInput(
                    "url.scheme", "--url " + url + ": expected http:// or https://.", "write the whole address");
        }
        return new Registry(url);
    }

    /** {@code run-7} of this team, or {@code team/run-7}. */
    RunRef run(String name) {
        int slash = name.indexOf('/');
        try {
            return slash < 0 ? new RunRef(team, name) : new RunRef(name.substring(0, slash), name.substring(slash + 1));
        } catch (IllegalArgumentException e) {
            throw new RefusedInput("run.name", e.getMessage() + ".", "`ingot status` lists the runs there are", e);
        }
    }
}
