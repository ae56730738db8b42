/** Belongs here: what each adapter type makes of one row of a weight, in float64, from its tensors: the reference that merges are held against. */
@NullMarked
package dev.ingot.arithmetic.adapter;

import org.jspecify.annotations.NullMarked;
