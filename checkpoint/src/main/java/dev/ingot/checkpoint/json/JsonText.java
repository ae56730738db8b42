package dev.ingot.checkpoint.json;

/** A JSON string. */
public record JsonText(String value) implements JsonValue {}
