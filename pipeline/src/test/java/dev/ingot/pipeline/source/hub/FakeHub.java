package dev.ingot.pipeline.source.hub;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.ingot.pipeline.digest.StreamDigest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A hub on this machine that answers as the real one was measured to: large files by redirect to another host, small ones itself; ranges; error codes in headers. Both hosts are
 * this server, told apart by the Host header.
 */
final class FakeHub implements AutoCloseable {
    static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";
    static final String REPOSITORY = "team-a/tiny";
    static final String BLOB_HOST = "blobs.example";

    private final HttpServer server;
    private final Map<String, byte[]> files = new LinkedHashMap<>();
    private final Map<String, String> listedDigests = new LinkedHashMap<>();
    private final Map<String, Fault> always = new LinkedHashMap<>();
    private final Deque<Fault> next = new ArrayDeque<>();
    final List<String> requests = Collections.synchronizedList(new ArrayList<>());
    String token = "";
    String redirectTo;
    int pageSize = 1000;

    /** Answers a request to the blob host, or to the hub, in another way. */
    @FunctionalInterface
    interface Fault {
        void answer(HttpExchange exchange) throws IOException;
    }

    FakeHub() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::handle);
        server.start();
        redirectTo = "http://" + BLOB_HOST + ":" + port();
    }

    int port() {
        return server.getAddress().getPort();
    }

    String endpoint() {
        return "http://127.0.0.1:" + port();
    }

    FakeHub with(String path, byte[] content) {
        files.put(path, content);
        return this;
    }

    /** Lists a file with another digest than it has. */
    void listWrongly(String path, String sha256) {
        listedDigests.put(path, sha256);
    }

    /** The next requests for content of the blob host are answered so. */
    void failNext(Fault... faults) {
        next.addAll(Arrays.asList(faults));
    }

    /** Every request whose path begins so is answered so. */
    void failAlways(String pathPrefix, Fault fault) {
        always.put(pathPrefix, fault);
    }

    static Fault status(int code, String... headers) {
        return exchange -> {
            for (int i = 0; i < headers.length; i += 2) {
                exchange.getResponseHeaders().add(headers[i], headers[i + 1]);
            }
            exchange.sendResponseHeaders(code, -1);
        };
    }

    /** Announces the rest of a file and breaks off after some bytes. */
    Fault cutAfter(int bytes) {
        return exchange -> {
            byte[] content = files.get(blobPath(exchange));
            int from = from(exchange, content.length);
            exchange.getResponseHeaders()
                    .add("Content-Range", "bytes " + from + "-" + (content.length - 1) + "/" + content.length);
            exchange.sendResponseHeaders(from == 0 ? 200 : 206, content.length - from);
            exchange.getResponseBody().write(content, from, bytes);
            exchange.getResponseBody().flush();
        };
    }

    /** Sends the whole file, whatever was asked for. */
    Fault ignoringRange() {
        return exchange -> send(exchange, files.get(blobPath(exchange)));
    }

    /** Answers with a range that is not the one that was asked for. */
    Fault otherRange(int from) {
        return exchange -> {
            byte[] content = files.get(blobPath(exchange));
            exchange.getResponseHeaders()
                    .add("Content-Range", "bytes " + from + "-" + (content.length - 1) + "/" + content.length);
            exchange.sendResponseHeaders(206, content.length - from);
            exchange.getResponseBody().write(content, from, content.length - from);
        };
    }

    /** The one, and then the other. */
    static Fault then(Fault first, Runnable next) {
        return exchange -> {
            first.answer(exchange);
            next.run();
        };
    }

    /** Sends the bytes with one of them changed. */
    Fault damaged() {
        return exchange -> {
            byte[] content = files.get(blobPath(exchange)).clone();
            content[content.length / 2] ^= 1;
            send(exchange, content);
        };
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            String host = exchange.getRequestHeaders().getFirst("Host");
            String path = exchange.getRequestURI().getRawPath();
            String range = exchange.getRequestHeaders().getFirst("Range");
            String authorization = exchange.getRequestHeaders().getFirst("Authorization");
            requests.add(host.replaceFirst(":\\d+$", "") + " " + path + (range == null ? "" : " " + range)
                    + (authorization == null ? "" : " " + authorization));
            if (host.startsWith(BLOB_HOST)) {
                blob(exchange);
                return;
            }
            for (Map.Entry<String, Fault> fault : always.entrySet()) {
                if (path.startsWith(fault.getKey())) {
                    fault.getValue().answer(exchange);
                    return;
                }
            }
            hub(exchange, path);
        }
    }

    private void hub(HttpExchange exchange, String path) throws IOException {
        if (!token.isEmpty()
                && !("Bearer " + token).equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
            status(401, "X-Error-Code", "RepoNotFound").answer(exchange);
        } else if (path.startsWith("/api/models/" + REPOSITORY + "/revision/")) {
            revision(exchange, path.substring(path.lastIndexOf('/') + 1));
        } else if (path.startsWith("/api/models/" + REPOSITORY + "/tree/" + COMMIT)) {
            tree(exchange);
        } else if (path.startsWith("/" + REPOSITORY + "/resolve/" + COMMIT + "/")) {
            resolve(exchange, path.substring(("/" + REPOSITORY + "/resolve/" + COMMIT + "/").length()));
        } else {
            status(404, "X-Error-Code", "RepoNotFound").answer(exchange);
        }
    }

    private void revision(HttpExchange exchange, String revision) throws IOException {
        if (!List.of("main", "v1", "refs%2Fpr%2F1").contains(revision)) {
            status(404, "X-Error-Code", "RevisionNotFound").answer(exchange);
            return;
        }
        send(exchange, ("{\"id\":\"" + REPOSITORY + "\",\"sha\":\"" + COMMIT + "\"}").getBytes(StandardCharsets.UTF_8));
    }

    private void tree(HttpExchange exchange) throws IOException {
        String query = String.valueOf(exchange.getRequestURI().getQuery());
        int first = query.contains("cursor=") ? Integer.parseInt(query.replaceFirst(".*cursor=(\\d+).*", "$1")) : 0;
        List<String> listed =
                files.keySet().stream().skip(first).limit(pageSize).toList();
        if (first + pageSize < files.size()) {
            exchange.getResponseHeaders()
                    .add(
                            "Link",
                            "<" + endpoint() + "/api/models/" + REPOSITORY + "/tree/" + COMMIT
                                    + "?recursive=true&cursor=" + (first + pageSize) + ">; rel=\"next\"");
        }
        String body = listed.stream().map(this::listed).collect(Collectors.joining(",", "[", "]"));
        send(exchange, body.getBytes(StandardCharsets.UTF_8));
    }

    private String listed(String path) {
        byte[] content = files.get(path);
        String git = gitSha1(content);
        if (!isLarge(path)) {
            return "{\"type\":\"file\",\"path\":\"%s\",\"size\":%d,\"oid\":\"%s\"}"
                    .formatted(path, content.length, git);
        }
        String sha256 = listedDigests.getOrDefault(path, sha256(content));
        return "{\"type\":\"file\",\"path\":\"%s\",\"size\":%d,\"oid\":\"%s\",\"lfs\":{\"oid\":\"%s\",\"size\":%d,\"pointerSize\":130}}"
                .formatted(path, content.length, git, sha256, content.length);
    }

    private void resolve(HttpExchange exchange, String path) throws IOException {
        byte[] content = files.get(path);
        Headers headers = exchange.getResponseHeaders();
        headers.add("X-Repo-Commit", COMMIT);
        if (content == null) {
            status(404, "X-Error-Code", "EntryNotFound").answer(exchange);
        } else if (isLarge(path)) {
            headers.add("X-Linked-Etag", "\"" + listedDigests.getOrDefault(path, sha256(content)) + "\"");
            headers.add("X-Linked-Size", Integer.toString(content.length));
            headers.add("Location", redirectTo + "/" + path + "?signature=1");
            exchange.sendResponseHeaders(302, -1);
        } else {
            headers.add("ETag", "\"" + gitSha1(content) + "\"");
            send(exchange, content);
        }
    }

    private void blob(HttpExchange exchange) throws IOException {
        Fault fault = next.poll();
        if (fault != null) {
            fault.answer(exchange);
            return;
        }
        byte[] content = files.get(blobPath(exchange));
        String range = exchange.getRequestHeaders().getFirst("Range");
        if (range == null) {
            send(exchange, content);
            return;
        }
        int from = from(exchange, content.length);
        int to = Math.min(content.length - 1, Integer.parseInt(range.substring(range.indexOf('-') + 1)));
        exchange.getResponseHeaders().add("Content-Range", "bytes " + from + "-" + to + "/" + content.length);
        exchange.sendResponseHeaders(206, to + 1 - from);
        exchange.getResponseBody().write(content, from, to + 1 - from);
    }

    private static int from(HttpExchange exchange, int length) {
        String range = exchange.getRequestHeaders().getFirst("Range");
        return range == null
                ? 0
                : Math.min(length, Integer.parseInt(range.substring("bytes=".length(), range.indexOf('-'))));
    }

    private static String blobPath(HttpExchange exchange) {
        return exchange.getRequestURI().getPath().substring(1);
    }

    private static void send(HttpExchange exchange, byte[] content) throws IOException {
        exchange.sendResponseHeaders(200, content.length == 0 ? -1 : content.length);
        exchange.getResponseBody().write(content);
    }

    static boolean isLarge(String path) {
        return path.endsWith(".safetensors") || path.endsWith(".bin");
    }

    static String sha256(byte[] content) {
        return StreamDigest.of(StreamDigest.Algorithm.SHA256).update(content).sha256();
    }

    private static String gitSha1(byte[] content) {
        HubEntry entry = new HubEntry("any", content.length, HubEntry.Digest.GIT_SHA1, "0".repeat(40));
        return HexFormat.of().formatHex(entry.newDigest().digest(content));
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
