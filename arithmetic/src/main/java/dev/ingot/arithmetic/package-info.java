/** Belongs here: what the numbers mean, as scalar references that every fast kernel is tested against. No I/O, no threads. */
@NullMarked
package dev.ingot.arithmetic;

import org.jspecify.annotations.NullMarked;
