package dev.ingot.hosting;

import io.smallrye.config.ConfigMapping;
import java.util.List;
import java.util.Optional;

/** Where bases and adapters may be read from; nothing else is. */
@ConfigMapping(prefix = "ingot.sources")
public interface SourcesConfig {
    /** Folders ({@code /models}, {@code file:///models}) and buckets ({@code s3://adapters}) of the store's S3 service, and of the hub all ({@code hf://}), an
     * organization ({@code hf://org}) or a repository ({@code hf://org/name}).
     */
    Optional<List<String>> allowed();
}
