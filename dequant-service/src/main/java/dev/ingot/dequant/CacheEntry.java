package dev.ingot.dequant;

import dev.ingot.pipeline.work.ObjectRef;

/** Create-once document: the object that a digest of recipe and source bytes stands for. */
public record CacheEntry(ObjectRef object) {}
