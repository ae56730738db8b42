/** Belongs here: what bitsandbytes writes into a file beside tensors: the JSON of a quant_state. */
@NullMarked
package dev.ingot.checkpoint.bitsandbytes;

import org.jspecify.annotations.NullMarked;
