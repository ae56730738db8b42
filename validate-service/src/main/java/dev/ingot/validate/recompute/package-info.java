/** Belongs here: the merge computed again by the scalar reference, from base and raw adapter, and held against what was written. */
@NullMarked
package dev.ingot.validate.recompute;

import org.jspecify.annotations.NullMarked;
