/** Belongs here: which containers of tensors a folder has beside safetensors, and the tensors of each, wherever their bytes lie. */
@NullMarked
package dev.ingot.checkpoint.raw;

import org.jspecify.annotations.NullMarked;
