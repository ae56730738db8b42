package dev.ingot.pipeline.store.s3;

import io.minio.AbortMultipartUploadArgs;
import io.minio.Checksum;
import io.minio.CompleteMultipartUploadArgs;
import io.minio.CreateMultipartUploadArgs;
import io.minio.Http;
import io.minio.PutObjectAPIArgs;
import io.minio.RemoveObjectArgs;
import io.minio.UploadPartArgs;
import io.minio.messages.Part;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;

/** The writing requests on one bucket. Every body travels with its CRC32C, which the service checks. */
final class S3Writes {
    private static final Map<String, String> IF_FREE = Map.of("If-None-Match", "*");
    private static final String CRC32C_HEADER = "x-amz-checksum-crc32c";

    private final S3Client client;
    private final String bucket;

    S3Writes(S3Client client, String bucket) {
        this.client = client;
        this.bucket = bucket;
    }

    /** Writes if and only if the key is free. One try: after a failure with status 0 nobody knows whether it was written. */
    void put(String key, byte[] content, int length) throws IOException {
        PutObjectAPIArgs args = PutObjectAPIArgs.builder()
                .bucket(bucket)
                .object(key)
                .data(content, length)
                .headers(checksumOf(content, length))
                .extraHeaders(IF_FREE)
                .build();
        S3Calls.once("write " + describe(key), () -> client.minio().putObject(args));
    }

    String startMultipart(String key) throws IOException {
        CreateMultipartUploadArgs args = CreateMultipartUploadArgs.builder()
                .bucket(bucket)
                .object(key)
                .headers(new Http.Headers("x-amz-checksum-algorithm", "CRC32C"))
                .build();
        return S3Calls.retrying(
                        "start the upload of " + describe(key),
                        () -> client.minio().createMultipartUpload(args))
                .result()
                .uploadId();
    }

    Part putPart(String key, String uploadId, int number, byte[] content, int length) throws IOException {
        Http.Headers checksum = checksumOf(content, length);
        UploadPartArgs args = UploadPartArgs.builder()
                .bucket(bucket)
                .object(key)
                .uploadId(uploadId)
                .partNumber(number)
                .data(content, length)
                .headers(checksum)
                .build();
        String what = "upload part " + number + " of " + describe(key);
        String etag = S3Calls.retrying(what, () -> client.minio().uploadPart(args))
                .part()
                .etag();
        return new Part(number, etag, null, checksum.getFirst(CRC32C_HEADER), null, null, null);
    }

    /** One try, like {@link #put}. */
    void completeMultipart(String key, String uploadId, List<Part> parts) throws IOException {
        CompleteMultipartUploadArgs args = CompleteMultipartUploadArgs.builder()
                .bucket(bucket)
                .object(key)
                .uploadId(uploadId)
                .parts(parts.toArray(Part[]::new))
                .extraHeaders(IF_FREE)
                .maxRetries(1)
                .build();
        S3Calls.once(
                "complete the upload of " + describe(key), () -> client.minio().completeMultipartUpload(args));
    }

    void abortMultipart(String key, String uploadId) throws IOException {
        AbortMultipartUploadArgs args = AbortMultipartUploadArgs.builder()
                .bucket(bucket)
                .object(key)
                .uploadId(uploadId)
                .build();
        ignoringMissing(() -> S3Calls.retrying(
                "give up the upload of " + describe(key), () -> client.minio().abortMultipartUpload(args)));
    }

    void delete(String key) throws IOException {
        RemoveObjectArgs args =
                RemoveObjectArgs.builder().bucket(bucket).object(key).build();
        ignoringMissing(() ->
                S3Calls.retrying("delete " + describe(key), () -> client.minio().removeObject(args)));
    }

    private static void ignoringMissing(S3Calls.Request<?> request) throws IOException {
        try {
            request.send();
        } catch (S3Failure e) {
            if (!e.isMissing()) {
                throw e;
            }
        }
    }

    /** The payload itself stays unsigned: the checksum is signed, and a second digest would cost more than the copy. */
    private static Http.Headers checksumOf(byte[] content, int length) {
        CRC32C crc = new CRC32C();
        crc.update(content, 0, length);
        byte[] sum = ByteBuffer.allocate(4).putInt((int) crc.getValue()).array();
        return new Http.Headers(
                CRC32C_HEADER,
                Checksum.base64String(sum),
                "x-amz-sdk-checksum-algorithm",
                "CRC32C",
                "x-amz-content-sha256",
                Checksum.UNSIGNED_PAYLOAD);
    }

    String describe(String key) {
        return "object " + key + " in bucket " + bucket + " of " + client;
    }
}
