package dev.ingot.ingest;

import dev.ingot.checkpoint.adapter.AdapterConfig;
import dev.ingot.pipeline.source.hub.HubAddress;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Holds the base that an adapter names against the one that it is merged onto. Names alone decide nothing: folders are renamed. */
final class BaseNames {
    private static final Pattern SNAPSHOT = Pattern.compile("/models--(?:[^/]*--)?([^/]+)/snapshots/[^/]+/?$");

    private BaseNames() {}

    /** A sentence when the last segments of the two names differ; empty when they agree or the adapter names none. */
    static Optional<String> difference(AdapterConfig adapter, String location) {
        String given = modelName(location);
        return adapter.baseModel()
                .map(BaseNames::lastSegment)
                .filter(named -> !named.equalsIgnoreCase(given))
                .map(named ->
                        "The adapter names '%s' as its base; it was merged onto '%s'. Shapes agree; make sure that it is the same model."
                                .formatted(named, given));
    }

    /** Last part of a location; of a revision on a hub, or of a snapshot in the cache of Hugging Face's tools, the name of the repository. */
    private static String modelName(String location) {
        Matcher snapshot = SNAPSHOT.matcher(location);
        if (snapshot.find()) {
            return snapshot.group(1);
        }
        return HubAddress.isOne(location)
                ? lastSegment(HubAddress.parse(location).repository())
                : lastSegment(location);
    }

    private static String lastSegment(String name) {
        String trimmed = name.replaceFirst("[/\\\\]+$", "");
        int slash = Math.max(trimmed.lastIndexOf('/'), trimmed.lastIndexOf('\\'));
        return trimmed.substring(slash + 1);
    }
}
