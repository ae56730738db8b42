package dev.ingot.standalone.services;

import java.net.URI;
import java.util.concurrent.CountDownLatch;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.nio2blob.FilesystemNio2BlobStore;

/** An S3 server as a process, for machines without a better one: {@code S3ProxyMain FOLDER PORT KEY SECRET}. Runs until it is killed. */
final class S3ProxyMain {
    private S3ProxyMain() {}

    public static void main(String[] arguments) throws Exception {
        S3Proxy.builder()
                .blobStore(new FilesystemNio2BlobStore(arguments[0]))
                .endpoint(URI.create("http://127.0.0.1:" + arguments[1]))
                .awsAuthentication(AuthenticationType.AWS_V4, arguments[2], arguments[3])
                .ignoreUnknownHeaders(true)
                .v4MaxNonChunkedRequestSize(64L << 20)
                .build()
                .start();
        new CountDownLatch(1).await();
    }
}
