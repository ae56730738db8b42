package dev.ingot.standalone.services;

import dev.ingot.pipeline.event.kafka.embedded.EmbeddedKafka;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * An S3 server as a process: versitygw where it is installed, which CI requires; s3proxy elsewhere.
 *
 * @param region as the server names its own
 */
record S3Server(Child process, String endpoint, String region) implements AutoCloseable {
    private static final Duration START = Duration.ofSeconds(30);

    /** Starts on a free port, with one bucket, and returns when it listens. */
    static S3Server start(Path folder, String bucket, String accessKey, String secretKey)
            throws IOException, InterruptedException {
        int port = EmbeddedKafka.freePort();
        Path data = folder.resolve("data");
        Files.createDirectories(data.resolve(bucket)); // both keep a bucket as a folder
        Path log = folder.resolve("s3.log");
        Optional<Path> versitygw = find("versitygw");
        if (versitygw.isEmpty() && "1".equals(System.getenv("INGOT_CI"))) {
            throw new AssertionError(
                    "versitygw is neither on PATH nor in GOPATH/bin, and CI requires it; install it with"
                            + " go install github.com/versity/versitygw/cmd/versitygw@v1.8.0");
        }
        S3Server server = versitygw.isPresent()
                ? versity(versitygw.get(), folder, data, port, accessKey, secretKey, log)
                : proxy(data, port, accessKey, secretKey, log);
        server.process.awaitPort(port, START);
        return server;
    }

    private static S3Server versity(
            Path program, Path folder, Path data, int port, String accessKey, String secretKey, Path log)
            throws IOException {
        Path users = Files.createDirectories(folder.resolve("iam"));
        List<String> command = List.of(
                program.toString(),
                "--port",
                "127.0.0.1:" + port,
                "--region",
                "local",
                "--access",
                accessKey,
                "--secret",
                secretKey,
                "--iam-dir",
                users.toString(),
                "--quiet",
                "--keep-alive",
                "posix",
                data.toString());
        return new S3Server(Child.start("versitygw", log, Map.of(), command), "http://127.0.0.1:" + port, "local");
    }

    private static S3Server proxy(Path data, int port, String accessKey, String secretKey, Path log)
            throws IOException {
        List<String> arguments = List.of(
                "-cp",
                Child.classPath(),
                S3ProxyMain.class.getName(),
                data.toString(),
                String.valueOf(port),
                accessKey,
                secretKey);
        return new S3Server(Child.java("s3proxy", log, Map.of(), arguments), "http://127.0.0.1:" + port, "us-east-1");
    }

    private static Optional<Path> find(String program) {
        String goPath = System.getenv().getOrDefault("GOPATH", System.getProperty("user.home") + "/go");
        return Stream.concat(Stream.of(System.getenv("PATH").split(File.pathSeparator)), Stream.of(goPath + "/bin"))
                .map(folder -> Path.of(folder, program))
                .filter(Files::isExecutable)
                .findFirst();
    }

    @Override
    public void close() throws InterruptedException {
        process.close();
    }
}
