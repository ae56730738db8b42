package dev.ingot.standalone;

import dev.ingot.standalone.terminal.Terminal;
import dev.ingot.standalone.whole.Installation;
import dev.ingot.standalone.whole.Up;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The whole installation in this process. */
@Command(
        name = "up",
        header = {
            "Keeps the whole pipeline running in one process: broker, services, pages and API.",
            "",
            "  ingot up                                    pages on http://127.0.0.1:8080",
            "  ingot up --port 9000 --data ~/ingot --allow ~/models --allow ~/runs",
            ""
        },
        description = {
            "",
            "Data survives restarts. Ctrl-C or SIGTERM stops in order; work in progress goes on at the next",
            "start.",
            ""
        },
        sortOptions = false)
final class UpCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Option(names = "--port", defaultValue = "8080", paramLabel = "PORT", description = "Default: ${DEFAULT-VALUE}.")
    int port;

    @Option(
            names = "--host",
            defaultValue = "127.0.0.1",
            paramLabel = "ADDRESS",
            description =
                    "Where to listen; 0.0.0.0 for other machines (there is no log-in). Default: ${DEFAULT-VALUE}.")
    String host;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "Where everything is kept. Default: .ingot/data beside Ingot.")
    Path data;

    @Option(
            names = "--allow",
            paramLabel = "DIR",
            description =
                    "Folder that bases and adapters may be read from; may be repeated. Default: the current folder.")
    List<Path> allowed = new ArrayList<>();

    @Mixin
    CommonOptions common;

    UpCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws IOException {
        List<Path> sources = new ArrayList<>(allowed.isEmpty() ? List.of(Path.of("")) : allowed);
        sources.add(Home.demo());
        return Up.run(
                terminal,
                new Installation(
                        data == null ? Home.folder().resolve(".ingot/data") : data, host, port, sources, false, false));
    }
}
