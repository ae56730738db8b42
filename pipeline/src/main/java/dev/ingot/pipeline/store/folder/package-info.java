/** Belongs here: the object store as a local folder: create-once by link, durable by fsync. */
@NullMarked
package dev.ingot.pipeline.store.folder;

import org.jspecify.annotations.NullMarked;
