package dev.ingot.pipeline.store.s3;

import java.net.URI;
import java.nio.file.Path;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.nio2blob.FilesystemNio2BlobStore;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** Against s3proxy in this JVM: needs nothing that is not on the class path. */
class S3ProxyStoreTest extends S3StoreContract {
    @TempDir
    static Path folder;

    private static S3Proxy server;

    @BeforeAll
    static void start() throws Exception {
        server = S3Proxy.builder()
                .blobStore(new FilesystemNio2BlobStore(folder.toString()))
                .endpoint(URI.create("http://127.0.0.1:0"))
                .awsAuthentication(AuthenticationType.AWS_V4, "key", "secret")
                .ignoreUnknownHeaders(true)
                .v4MaxNonChunkedRequestSize(64L << 20)
                .build();
        server.start();
    }

    @AfterAll
    static void stop() throws Exception {
        server.stop();
    }

    @Override
    S3Access access() {
        return S3Access.of("http://127.0.0.1:" + server.getPort(), "us-east-1", "key", "secret");
    }

    /** It writes to a temporary name first, which is longer than the key's. */
    @Override
    protected int longestSegment() {
        return 200;
    }
}
