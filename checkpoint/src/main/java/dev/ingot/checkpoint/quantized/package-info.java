/** Belongs here: how quantizers lay a parameter and its companions out over the tensors of a checkpoint, and which damage can be read around. */
@NullMarked
package dev.ingot.checkpoint.quantized;

import org.jspecify.annotations.NullMarked;
