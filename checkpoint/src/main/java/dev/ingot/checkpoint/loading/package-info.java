/** Belongs here: what transformers does to a 16-bit checkpoint while it loads it with a BitsAndBytesConfig: what is quantized, what is cast. */
@NullMarked
package dev.ingot.checkpoint.loading;

import org.jspecify.annotations.NullMarked;
