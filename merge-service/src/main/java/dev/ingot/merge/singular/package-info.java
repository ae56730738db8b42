/** Belongs here: singular parts of whole weights, in float64, with the same bits on any number of threads. */
@NullMarked
package dev.ingot.merge.singular;

import org.jspecify.annotations.NullMarked;
