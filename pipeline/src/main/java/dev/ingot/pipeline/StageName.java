package dev.ingot.pipeline;

import java.util.Locale;

/** The four stages of a run, in order. */
public enum StageName {
    INGEST,
    DEQUANT,
    MERGE,
    VALIDATE;

    /** The name in keys, topics, logs and pages: {@code ingest}. */
    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }
}
