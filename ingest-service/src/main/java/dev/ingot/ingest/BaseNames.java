package dev.ingot.ingest;

import dev.ingot.checkpoint.adapter.AdapterConfig;
import java.util.Optional;

/** Holds the base that an adapter names against the one that it is merged onto. Names alone decide nothing: folders are renamed. */
final class BaseNames {
    private BaseNames() {}

    /** A sentence when the last segments of the two names differ; empty when they agree or the adapter names none. */
    static Optional<String> difference(AdapterConfig adapter, String location) {
        String given = lastSegment(location);
        return adapter.baseModel()
                .map(BaseNames::lastSegment)
                .filter(named -> !named.equalsIgnoreCase(given))
                .map(named ->
                        "The adapter names '%s' as its base; it was merged onto '%s'. Shapes agree; make sure that it is the same model."
                                .formatted(named, given));
    }

    private static String lastSegment(String name) {
        String trimmed = name.replaceFirst("[/\\\\]+$", "");
        int slash = Math.max(trimmed.lastIndexOf('/'), trimmed.lastIndexOf('\\'));
        return trimmed.substring(slash + 1);
    }
}
