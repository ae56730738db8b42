/** Belongs here: what a pickle says, read opcode by opcode into inert values. Nothing in it is ever called. */
@NullMarked
package dev.ingot.checkpoint.pickle;

import org.jspecify.annotations.NullMarked;
