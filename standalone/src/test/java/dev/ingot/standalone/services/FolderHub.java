package dev.ingot.standalone.services;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/** A hub on this machine whose repositories {@code demo/…} are the folders in a folder, each with one commit; it sends whole files. */
final class FolderHub implements AutoCloseable {
    private static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";
    private static final String MODELS = "/api/models/demo/";

    private final HttpServer server;
    private final Path folder;

    FolderHub(Path folder) throws IOException {
        this.folder = folder;
        this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::answer);
        server.start();
    }

    String endpoint() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            String path = exchange.getRequestURI().getPath();
            if (path.startsWith(MODELS) && path.contains("/revision/")) {
                send(exchange, ("{\"sha\":\"" + COMMIT + "\"}").getBytes(StandardCharsets.UTF_8));
            } else if (path.startsWith(MODELS)) {
                String name = path.substring(MODELS.length(), path.indexOf("/tree/"));
                send(exchange, tree(folder.resolve(name)).getBytes(StandardCharsets.UTF_8));
            } else {
                exchange.getResponseHeaders().add("X-Repo-Commit", COMMIT);
                String file = path.substring("/demo/".length()).replaceFirst("/resolve/" + COMMIT, "");
                send(exchange, Files.readAllBytes(folder.resolve(file)));
            }
        }
    }

    private static String tree(Path repository) throws IOException {
        List<String> entries = new ArrayList<>();
        try (Stream<Path> files = Files.list(repository)) {
            for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                byte[] content = Files.readAllBytes(file);
                entries.add("{\"type\":\"file\",\"path\":\"%s\",\"size\":%d,\"oid\":\"%s\"}"
                        .formatted(file.getFileName(), content.length, gitId(content)));
            }
        }
        return "[" + String.join(",", entries) + "]";
    }

    private static String gitId(byte[] content) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-1");
            digest.update(("blob " + content.length + "\0").getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest.digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-1", e);
        }
    }

    private static void send(HttpExchange exchange, byte[] content) throws IOException {
        exchange.sendResponseHeaders(200, content.length == 0 ? -1 : content.length);
        exchange.getResponseBody().write(content);
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
