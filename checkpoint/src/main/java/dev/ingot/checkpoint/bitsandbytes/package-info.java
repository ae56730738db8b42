/** Belongs here: how bitsandbytes lays a quantized tensor and its companions out in a file. */
@NullMarked
package dev.ingot.checkpoint.bitsandbytes;

import org.jspecify.annotations.NullMarked;
