package dev.ingot.checkpoint.json;

/** {@code null}. */
public record JsonNull() implements JsonValue {}
