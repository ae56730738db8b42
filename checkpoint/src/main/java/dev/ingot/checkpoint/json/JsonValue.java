package dev.ingot.checkpoint.json;

/** A JSON value as it was read; numbers keep their text, objects their order. */
public sealed interface JsonValue permits JsonObject, JsonArray, JsonText, JsonNumber, JsonBool, JsonNull {}
