package dev.ingot.standalone.client;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** An installation that answers what a test told it to. */
public final class FakeRegistry implements AutoCloseable {
    private final HttpServer server;
    private final Map<String, byte[]> bodies = new ConcurrentHashMap<>();
    private final Map<String, Integer> statuses = new ConcurrentHashMap<>();
    private final List<String> requests = new CopyOnWriteArrayList<>();
    /** How often a download breaks off half way before one goes through. */
    private final AtomicInteger breaks = new AtomicInteger();

    public FakeRegistry() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::answer);
        server.start();
    }

    public URI url() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    public FakeRegistry says(String path, int status, String body) {
        return has(path, status, body.getBytes(StandardCharsets.UTF_8));
    }

    public FakeRegistry has(String path, int status, byte[] body) {
        bodies.put(path, body);
        statuses.put(path, status);
        return this;
    }

    public void breakOff(int times) {
        breaks.set(times);
    }

    /** Method, path, range and body of what was asked, in order. */
    public List<String> requests() {
        return requests;
    }

    private void answer(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        String range = exchange.getRequestHeaders().getFirst("Range");
        String sent = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        requests.add(
                (exchange.getRequestMethod() + " " + path + (range == null ? "" : " " + range) + " " + sent).strip());
        byte[] body = bodies.getOrDefault(path, "{}".getBytes(StandardCharsets.UTF_8));
        int from = range == null ? 0 : Integer.parseInt(range.replaceAll("bytes=([0-9]+)-", "$1"));
        int status = statuses.getOrDefault(path, 404);
        exchange.sendResponseHeaders(range == null ? status : 206, body.length - from);
        try (OutputStream out = exchange.getResponseBody()) {
            if (body.length > 1000 && breaks.getAndDecrement() > 0) {
                out.write(body, from, (body.length - from) / 2);
                out.flush();
                throw new IOException("broken off as told");
            }
            out.write(body, from, body.length - from);
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
