/** Belongs here: the forward pass and the tokenizer, in DJL; the only package of validate that may import it. */
@NullMarked
package dev.ingot.validate.forward;

import org.jspecify.annotations.NullMarked;
