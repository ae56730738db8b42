package dev.ingot.pipeline.store.s3;

import dev.ingot.checkpoint.source.FileInfo;
import dev.ingot.checkpoint.source.RangedFile;
import io.minio.GetObjectArgs;
import io.minio.GetObjectResponse;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;

/** An object read by ranged requests, of exactly the version that was opened. Holds no connection between reads. */
final class S3Object implements RangedFile {
    private static final int CHUNK = 64 << 10;
    private static final int TRIES_WITHOUT_PROGRESS = 5;

    private final S3Client client;
    private final String bucket;
    private final String key;
    private final FileInfo info;

    S3Object(S3Client client, String bucket, String key, FileInfo info) {
        this.client = client;
        this.bucket = bucket;
        this.key = key;
        this.info = info;
    }

    @Override
    public FileInfo info() {
        return info;
    }

    @Override
    public void read(long position, ByteBuffer into) throws IOException {
        if (position < 0) {
            throw new IllegalArgumentException("position " + position + " in " + key + " is negative");
        }
        if (into.remaining() > info.size() - position) {
            throw new EOFException("object " + key + " in bucket " + bucket + " ends at byte " + info.size()
                    + ", expected " + into.remaining() + " from byte " + position);
        }
        int start = into.position();
        int tries = 0;
        while (into.hasRemaining()) {
            int before = into.position();
            try {
                readRest(position + into.position() - start, into);
            } catch (S3Failure e) {
                tries = into.position() > before ? 1 : tries + 1;
                if (!e.isTransient() || tries == TRIES_WITHOUT_PROGRESS) {
                    throw e;
                }
                S3Calls.pause(what(position), tries);
            }
        }
    }

    private void readRest(long position, ByteBuffer into) throws IOException {
        GetObjectArgs args = GetObjectArgs.builder()
                .bucket(bucket)
                .object(key)
                .offset(position)
                .length((long) into.remaining())
                .matchETag(info.identity())
                .build();
        GetObjectResponse body =
                S3Calls.once(what(position), () -> client.minio().getObject(args));
        InterruptibleWork.run(what(position), () -> {
            try (body) {
                copy(body, into);
            }
        });
    }

    private static void copy(InputStream from, ByteBuffer into) throws IOException {
        byte[] chunk = new byte[Math.min(CHUNK, into.remaining())];
        while (into.hasRemaining()) {
            int count = from.read(chunk, 0, Math.min(chunk.length, into.remaining()));
            if (count < 0) {
                throw new IOException("the answer ended " + into.remaining() + " bytes early");
            }
            into.put(chunk, 0, count);
        }
    }

    private String what(long position) {
        return "read object " + key + " from byte " + position + " in bucket " + bucket + " of " + client;
    }

    @Override
    public void close() {
        // Every read has closed what it opened.
    }
}
