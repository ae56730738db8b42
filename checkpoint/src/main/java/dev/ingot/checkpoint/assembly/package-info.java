/** Belongs here: tensors whose bytes lie in several places or in another order, offered as one row-major stretch of a file. */
@NullMarked
package dev.ingot.checkpoint.assembly;

import org.jspecify.annotations.NullMarked;
