package dev.ingot.standalone.whole;

import java.nio.file.Path;
import java.util.List;

/**
 * A whole installation on this machine.
 *
 * @param data folder of the broker's log and of the store; made when it is not there
 * @param port of pages and API on 127.0.0.1
 * @param host to listen on
 * @param allowed folders that bases and adapters may be read from
 * @param fresh whether what an earlier demo left in {@code data} is removed first
 * @param quiet whether only warnings go to stderr; all goes to a file in {@code data} either way
 */
public record Installation(Path data, String host, int port, List<Path> allowed, boolean fresh, boolean quiet) {
    public Installation {
        data = data.toAbsolutePath().normalize();
        allowed =
                allowed.stream().map(path -> path.toAbsolutePath().normalize()).toList();
    }

    /** Where pages and API are, seen from this machine. */
    public String url() {
        return "http://" + (host.equals("0.0.0.0") ? "127.0.0.1" : host) + ":" + port;
    }

    Path kafka() {
        return data.resolve("kafka");
    }

    Path store() {
        return data.resolve("store");
    }

    /** Copies of what was published, for those who want to load it. */
    Path models() {
        return data.resolve("models");
    }

    Path log() {
        return data.resolve("ingot.log");
    }
}
