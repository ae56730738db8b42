/** Belongs here: digests of bytes while they stream past. */
@NullMarked
package dev.ingot.pipeline.digest;

import org.jspecify.annotations.NullMarked;
