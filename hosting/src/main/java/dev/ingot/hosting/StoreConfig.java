package dev.ingot.hosting;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.util.Optional;

/** Where bytes and documents stand. */
@ConfigMapping(prefix = "ingot.store")
public interface StoreConfig {
    @WithDefault("folder")
    Kind kind();

    /** For {@code folder}: made when it is not there. */
    Optional<Path> folder();

    S3 s3();

    /** The stores there are. */
    enum Kind {
        FOLDER,
        S3,
        /** Gone with the process: for tests. */
        MEMORY
    }

    /** A bucket of any service that honours {@code If-None-Match: *}. */
    interface S3 {
        Optional<String> endpoint();

        @WithDefault("us-east-1")
        String region();

        Optional<String> bucket();

        /** Empty, or ending in {@code /}. */
        Optional<String> prefix();

        Optional<String> accessKey();

        Optional<String> secretKey();
    }
}
