package dev.ingot.pipeline.store.s3;

import dev.ingot.checkpoint.source.FileInfo;
import dev.ingot.checkpoint.source.RangedFile;
import dev.ingot.pipeline.store.ObjectInfo;
import dev.ingot.pipeline.store.ObjectReader;
import io.minio.HeadObjectArgs;
import io.minio.HeadObjectResponse;
import io.minio.ListObjectsArgs;
import io.minio.Result;
import io.minio.errors.MinioException;
import io.minio.messages.Item;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A bucket as a reader sees it. Its keys follow S3's rules only; identities are etags. */
public final class S3Bucket implements ObjectReader {
    private static final int NOT_USABLE = 422;

    private final S3Client client;
    private final String name;

    S3Bucket(S3Client client, String name) {
        this.client = client;
        this.name = name;
    }

    @Override
    public Optional<RangedFile> open(String key) throws IOException {
        return open(key, key);
    }

    /** Opens an object under the name that its reader knows. */
    Optional<RangedFile> open(String key, String shownName) throws IOException {
        return find(key)
                .map(info -> new S3Object(client, name, key, new FileInfo(shownName, info.size(), info.identity())));
    }

    Optional<ObjectInfo> find(String key) throws IOException {
        HeadObjectArgs args = HeadObjectArgs.builder().bucket(name).object(key).build();
        try {
            HeadObjectResponse head = S3Calls.retrying(
                    "look up " + describe(key), () -> client.minio().headObject(args));
            return Optional.of(new ObjectInfo(
                    key,
                    head.size(),
                    bare(key, head.etag()),
                    head.lastModified().toInstant()));
        } catch (S3Failure e) {
            if (e.isMissing()) {
                return Optional.empty();
            }
            throw e;
        }
    }

    @Override
    public List<ObjectInfo> list(String prefix) throws IOException {
        String what = "list '" + prefix + "' in " + this;
        List<ObjectInfo> found = S3Calls.retrying(what, () -> listOnce(what, prefix));
        found.sort(Comparator.comparing(ObjectInfo::key));
        return List.copyOf(found);
    }

    private List<ObjectInfo> listOnce(String what, String prefix) throws IOException {
        ListObjectsArgs args = ListObjectsArgs.builder()
                .bucket(name)
                .prefix(prefix)
                .recursive(true)
                .build();
        List<ObjectInfo> found = new ArrayList<>();
        Iterator<Result<Item>> results = client.minio().listObjects(args).iterator();
        while (hasNext(what, results)) {
            Result<Item> result = results.next();
            if (Thread.interrupted()) {
                throw S3Calls.interrupted(what, new InterruptedException());
            }
            Item item = itemOf(what, result);
            found.add(new ObjectInfo(
                    item.objectName(),
                    item.size(),
                    bare(item.objectName(), item.etag()),
                    item.lastModified().toInstant()));
        }
        return found;
    }

    private static Item itemOf(String what, Result<Item> result) throws IOException {
        try {
            return result.get();
        } catch (MinioException e) {
            throw S3Calls.failure(what, e);
        }
    }

    String describe(String key) {
        return "object " + key + " in " + this;
    }

    /** Asks the server, and wraps what fails in an exception of its own. */
    private static boolean hasNext(String what, Iterator<Result<Item>> results) throws IOException {
        try {
            return results.hasNext();
        } catch (IllegalStateException e) {
            if (e.getCause() instanceof IOException failed) {
                throw S3Calls.failure(what, failed);
            }
            throw e;
        }
    }

    /** Etags come with quotes or without, depending on the answer that carries them; without any, nobody could tell whether an object was replaced. */
    private String bare(String key, @Nullable String etag) throws S3Failure {
        if (etag == null) {
            throw new S3Failure(
                    describe(key) + " has no ETag: it was put there past the S3 server; upload it",
                    NOT_USABLE,
                    "NoETag",
                    null);
        }
        return etag.replace("\"", "");
    }

    @Override
    public String toString() {
        return "bucket " + name + " of " + client;
    }
}
