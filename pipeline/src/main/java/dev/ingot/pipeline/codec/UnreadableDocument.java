package dev.ingot.pipeline.codec;

/** A document is not what it should be: not JSON, of an unknown kind or schema, with a member missing or too many. Trying again will not help. */
public final class UnreadableDocument extends RuntimeException {
    UnreadableDocument(String what, String where, String problem) {
        super(what + (where.isEmpty() ? "" : " at " + where) + ": " + problem);
    }

    UnreadableDocument(String what, String where, String problem, Throwable cause) {
        super(what + (where.isEmpty() ? "" : " at " + where) + ": " + problem, cause);
    }
}
