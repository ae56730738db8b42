package dev.ingot.hosting;

import dev.ingot.pipeline.source.Sources;
import dev.ingot.pipeline.source.hub.Hub;
import dev.ingot.pipeline.source.hub.HubAddress;
import dev.ingot.pipeline.store.ObjectStore;
import dev.ingot.pipeline.store.StoreProbe;
import dev.ingot.pipeline.store.folder.FolderStore;
import dev.ingot.pipeline.store.memory.MemoryStore;
import dev.ingot.pipeline.store.s3.S3Access;
import dev.ingot.pipeline.store.s3.S3Client;
import dev.ingot.pipeline.work.RunFiles;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jboss.logging.Logger;

/** The object store and the sources, as configured. A store that fails its probe ends the start. */
@Singleton
class StoreBeans {
    private static final Logger LOG = Logger.getLogger(StoreBeans.class);

    private final StoreConfig config;
    private final Optional<S3Client> s3;

    StoreBeans(StoreConfig config) {
        this.config = config;
        this.s3 = config.s3().endpoint().map(endpoint -> S3Client.connect(access(endpoint, config.s3())));
    }

    @Produces
    @Singleton
    ObjectStore store() throws IOException {
        ObjectStore store = switch (config.kind()) {
            case FOLDER -> FolderStore.durable(required("folder", config.folder()));
            case S3 -> bucket();
            case MEMORY -> new MemoryStore();
        };
        StoreProbe.standard().check(store);
        LOG.infof("store passed its probe: object=%s", store);
        return store;
    }

    @Produces
    @Singleton
    RunFiles runFiles(ObjectStore store) {
        return new RunFiles(store);
    }

    @Produces
    @Singleton
    Sources sources(SourcesConfig sources, HubConfig hub) {
        List<Path> folders = new ArrayList<>();
        List<String> buckets = new ArrayList<>();
        List<String> onHub = new ArrayList<>();
        for (String allowed : sources.allowed().orElse(List.of())) {
            if (allowed.startsWith("s3://")) {
                buckets.add(bucketOf(allowed));
            } else if (HubAddress.isOne(allowed)) {
                onHub.add(allowed);
            } else {
                folders.add(allowed.startsWith("file:") ? Path.of(URI.create(allowed)) : Path.of(allowed));
            }
        }
        Sources opened = Sources.folders(folders);
        for (String bucket : buckets) {
            opened = opened.withBucket(bucket, client().bucket(bucket));
        }
        return onHub.isEmpty() ? opened : opened.withHub(Hub.only(hub.access(), onHub));
    }

    @PreDestroy
    void close() {
        s3.ifPresent(S3Client::close);
    }

    private static String bucketOf(String allowed) {
        String bucket = allowed.substring("s3://".length());
        if (bucket.contains("/")) {
            throw new IllegalStateException(
                    "ingot.sources.allowed names '" + allowed + "'; expected a whole bucket, s3://name");
        }
        return bucket;
    }

    private ObjectStore bucket() {
        return client().store(
                        required("s3.bucket", config.s3().bucket()),
                        config.s3().prefix().orElse(""));
    }

    private S3Client client() {
        return required("s3.endpoint", s3);
    }

    private static S3Access access(String endpoint, StoreConfig.S3 s3) {
        return S3Access.of(
                endpoint,
                s3.region(),
                required("s3.access-key", s3.accessKey()),
                required("s3.secret-key", s3.secretKey()));
    }

    private static <T> T required(String name, Optional<T> value) {
        return value.orElseThrow(() -> new IllegalStateException("ingot.store." + name + " is not set"));
    }
}
