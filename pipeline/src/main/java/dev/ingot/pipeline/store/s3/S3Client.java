package dev.ingot.pipeline.store.s3;

import io.minio.Http;
import io.minio.MinioAsyncClient;
import io.minio.credentials.StaticProvider;
import io.minio.errors.MinioException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import okhttp3.ConnectionPool;
import okhttp3.ConnectionSpec;
import okhttp3.Dispatcher;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;

/** A connection to one S3 service, shared by all its buckets; safe for any number of threads. */
public final class S3Client implements AutoCloseable {
    private static final int MAX_REQUESTS = 128;
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);

    /** Without a byte: a service may take minutes to put a large object together. */
    private static final Duration TRANSFER_TIMEOUT = Duration.ofMinutes(5);

    private final S3Access access;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final OkHttpClient http;
    private final MinioAsyncClient client;

    private S3Client(S3Access access) {
        this.access = access;
        this.http = newHttpClient(access, threads);
        this.client = MinioAsyncClient.builder()
                .endpoint(access.endpoint().toString())
                .region(access.region())
                .credentialsProvider(new StaticProvider(
                        access.accessKey(),
                        access.secretKey(),
                        access.sessionToken().orElse(null)))
                .httpClient(http)
                .build();
        // Which request may be sent twice is decided in this package, request by request.
        client.setRetry(Set.of(), 0L, 1);
    }

    /** Sends nothing yet. */
    public static S3Client connect(S3Access access) {
        return new S3Client(access);
    }

    /** A bucket to read from, whoever writes it and whatever its keys look like. */
    public S3Bucket bucket(String name) {
        return new S3Bucket(this, name);
    }

    /** Our objects in a bucket, under a prefix that is empty or ends in {@code /}. */
    public S3Store store(String bucket, String prefix) {
        return store(bucket, prefix, S3Transfer.DEFAULT);
    }

    public S3Store store(String bucket, String prefix, S3Transfer transfer) {
        return new S3Store(this, bucket, prefix, transfer);
    }

    MinioAsyncClient minio() {
        return client;
    }

    @Override
    public String toString() {
        return access.toString();
    }

    private static OkHttpClient newHttpClient(S3Access access, ExecutorService threads) {
        Dispatcher dispatcher = new Dispatcher(threads);
        dispatcher.setMaxRequests(MAX_REQUESTS);
        dispatcher.setMaxRequestsPerHost(MAX_REQUESTS);
        OkHttpClient.Builder builder = new OkHttpClient.Builder()
                .dispatcher(dispatcher)
                .connectionPool(new ConnectionPool(16, 30, TimeUnit.SECONDS))
                .protocols(List.of(Protocol.HTTP_1_1))
                .connectTimeout(CONNECT_TIMEOUT)
                .readTimeout(TRANSFER_TIMEOUT)
                .writeTimeout(TRANSFER_TIMEOUT)
                // A request is signed for this endpoint; elsewhere it is refused, and a session's token does not belong there.
                .followRedirects(false)
                .followSslRedirects(false)
                .retryOnConnectionFailure(false);
        if (access.endpoint().getScheme().equals("http")) {
            // Without TLS no certificates are loaded, which would take a second.
            return builder.connectionSpecs(List.of(ConnectionSpec.CLEARTEXT)).build();
        }
        try {
            return Http.enableExternalCertificatesFromEnv(builder.build());
        } catch (MinioException e) {
            throw new IllegalArgumentException(
                    "the certificates that SSL_CERT_FILE or SSL_CERT_DIR names cannot be read", e);
        }
    }

    @Override
    public void close() {
        http.dispatcher().cancelAll();
        threads.shutdownNow();
        http.connectionPool().evictAll();
    }
}
