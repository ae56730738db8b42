package dev.ingot.pipeline.store.s3;

import static org.junit.jupiter.api.Assumptions.abort;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A versitygw process on a folder; where the program is not installed the test is skipped, and fails in CI. */
final class VersityGateway implements AutoCloseable {
    private static final Duration START_LIMIT = Duration.ofSeconds(20);
    private static final String REGION = "local";

    private final Process process;
    private final int port;

    private VersityGateway(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    static VersityGateway start(Path folder) throws IOException, InterruptedException {
        Path program = find().orElseGet(VersityGateway::missing);
        int port = freePort();
        Path data = Files.createDirectories(folder.resolve("data"));
        Path users = Files.createDirectories(folder.resolve("iam"));
        ProcessBuilder builder = new ProcessBuilder(
                        program.toString(),
                        "--port",
                        "127.0.0.1:" + port,
                        "--region",
                        REGION,
                        "--access",
                        "key",
                        "--secret",
                        "secret",
                        "--iam-dir",
                        users.toString(),
                        "--quiet",
                        "--keep-alive",
                        "posix",
                        data.toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("log").toFile());
        VersityGateway gateway = new VersityGateway(builder.start(), port);
        gateway.awaitStart(folder.resolve("log"));
        return gateway;
    }

    S3Access access() {
        return S3Access.of("http://127.0.0.1:" + port, REGION, "key", "secret");
    }

    private void awaitStart(Path log) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + START_LIMIT.toNanos();
        while (!accepts()) {
            if (process.waitFor(20, TimeUnit.MILLISECONDS) || System.nanoTime() > deadline) {
                close();
                throw new IOException("versitygw did not start: " + Files.readString(log));
            }
        }
    }

    private boolean accepts() {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1000);
            return true;
        } catch (IOException notYet) {
            return false;
        }
    }

    private static Optional<Path> find() {
        String home = System.getProperty("user.home");
        String goPath = System.getenv().getOrDefault("GOPATH", home + "/go");
        Stream<String> folders =
                Stream.concat(Stream.of(System.getenv("PATH").split(File.pathSeparator)), Stream.of(goPath + "/bin"));
        return folders.map(folder -> Path.of(folder, "versitygw"))
                .filter(Files::isExecutable)
                .findFirst();
    }

    private static Path missing() {
        String cure = "versitygw is neither on PATH nor in GOPATH/bin; install it with"
                + " go install github.com/versity/versitygw/cmd/versitygw@v1.8.0";
        if ("1".equals(System.getenv("INGOT_CI"))) {
            throw new AssertionError(cure);
        }
        return abort(cure);
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }
}
