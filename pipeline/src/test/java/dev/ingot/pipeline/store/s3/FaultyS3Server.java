package dev.ingot.pipeline.store.s3;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** As much of S3 as one object needs, with faults on request: each one hits the next request of its method. */
final class FaultyS3Server implements AutoCloseable {
    private final Map<String, byte[]> objects = new ConcurrentHashMap<>();
    private final Map<String, Queue<Fault>> faults = new ConcurrentHashMap<>();
    private final CountDownLatch stalled = new CountDownLatch(1);
    private final CountDownLatch ended = new CountDownLatch(1);
    private final Set<String> hosts = ConcurrentHashMap.newKeySet();
    private final AtomicInteger requests = new AtomicInteger();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final HttpServer server;

    /** What goes wrong. */
    enum Fault {
        /** The request is carried out and the connection ends without an answer. */
        LOSE_REPLY,
        /** 503 SlowDown, and nothing was done. */
        BUSY,
        /** Half of the body, then the connection ends. */
        TRUNCATE,
        /** Half of the body, then nothing until the server ends. */
        STALL,
        /** 307 to another host of this server. */
        REDIRECT
    }

    FaultyS3Server() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", this::answer);
        server.start();
    }

    S3Access access() {
        return S3Access.of("http://127.0.0.1:" + server.getAddress().getPort(), "local", "key", "secret");
    }

    void next(String method, Fault... which) {
        faults.computeIfAbsent(method, name -> new ConcurrentLinkedQueue<>()).addAll(Arrays.asList(which));
    }

    /** That were asked, by the Host header. */
    Set<String> hosts() {
        return Set.copyOf(hosts);
    }

    int requests() {
        return requests.get();
    }

    /** Returns once an answer has stalled. */
    void awaitStall() throws InterruptedException {
        stalled.await();
    }

    private void answer(HttpExchange exchange) throws IOException {
        requests.incrementAndGet();
        byte[] body = exchange.getRequestBody().readAllBytes();
        Queue<Fault> queue = faults.get(exchange.getRequestMethod());
        Fault fault = queue == null ? null : queue.poll();
        hosts.add(exchange.getRequestHeaders().getFirst("Host").replaceFirst(":\\d+$", ""));
        if (fault == Fault.REDIRECT) {
            exchange.getResponseHeaders()
                    .add("Location", "http://localhost:" + server.getAddress().getPort() + pathOf(exchange));
            error(exchange, 307, "TemporaryRedirect");
            return;
        }
        if (fault == Fault.BUSY) {
            error(exchange, 503, "SlowDown");
            return;
        }
        switch (exchange.getRequestMethod()) {
            case "PUT" -> put(exchange, body, fault);
            case "HEAD" -> head(exchange);
            case "GET" -> get(exchange, fault);
            default -> error(exchange, 501, "NotImplemented");
        }
    }

    private void put(HttpExchange exchange, byte[] body, Fault fault) throws IOException {
        boolean created = objects.putIfAbsent(pathOf(exchange), body) == null;
        if (fault == Fault.LOSE_REPLY) {
            exchange.close();
        } else if (created) {
            exchange.getResponseHeaders().add("ETag", "\"e\"");
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        } else {
            error(exchange, 412, "PreconditionFailed");
        }
    }

    private void head(HttpExchange exchange) throws IOException {
        byte[] content = objects.get(pathOf(exchange));
        if (content == null) {
            exchange.sendResponseHeaders(404, -1);
        } else {
            exchange.getResponseHeaders().add("ETag", "\"e\"");
            exchange.getResponseHeaders().add("Last-Modified", "Sun, 22 Nov 2026 12:00:00 GMT");
            exchange.getResponseHeaders().add("Content-Length", String.valueOf(content.length));
            exchange.sendResponseHeaders(200, -1);
        }
        exchange.close();
    }

    private void get(HttpExchange exchange, Fault fault) throws IOException {
        String[] range = exchange.getRequestHeaders()
                .getFirst("Range")
                .substring("bytes=".length())
                .split("-");
        byte[] content = Arrays.copyOfRange(
                objects.get(pathOf(exchange)), Integer.parseInt(range[0]), Integer.parseInt(range[1]) + 1);
        exchange.sendResponseHeaders(206, content.length);
        boolean whole = fault != Fault.TRUNCATE && fault != Fault.STALL;
        exchange.getResponseBody().write(content, 0, whole ? content.length : content.length / 2);
        if (fault == Fault.STALL) {
            exchange.getResponseBody().flush();
            stalled.countDown();
            awaitEnd();
        }
        exchange.close();
    }

    private void awaitEnd() {
        try {
            ended.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void error(HttpExchange exchange, int status, String code) throws IOException {
        byte[] xml = ("<Error><Code>" + code + "</Code><Message>on request</Message></Error>")
                .getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().add("Content-Type", "application/xml");
        boolean hasBody = !exchange.getRequestMethod().equals("HEAD");
        exchange.sendResponseHeaders(status, hasBody ? xml.length : -1);
        if (hasBody) {
            exchange.getResponseBody().write(xml);
        }
        exchange.close();
    }

    private static String pathOf(HttpExchange exchange) {
        return exchange.getRequestURI().getPath();
    }

    @Override
    public void close() {
        ended.countDown();
        server.stop(0);
        threads.shutdownNow();
    }
}
