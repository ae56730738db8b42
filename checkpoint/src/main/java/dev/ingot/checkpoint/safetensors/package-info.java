/** Belongs here: the safetensors container and its index, stricter than the reference. */
@NullMarked
package dev.ingot.checkpoint.safetensors;

import org.jspecify.annotations.NullMarked;
