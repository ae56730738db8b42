/** Belongs here: the ingest stage, from a request to a plan that leaves nothing to decide. Reads headers and small tensors only. */
@NullMarked
package dev.ingot.ingest;

import org.jspecify.annotations.NullMarked;
