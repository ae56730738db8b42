/** Belongs here: the dequant service. */
@NullMarked
package dev.ingot.dequant;

import org.jspecify.annotations.NullMarked;
