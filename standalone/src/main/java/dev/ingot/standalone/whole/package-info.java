/** Belongs here: the whole installation in one process, broker included. */
@NullMarked
package dev.ingot.standalone.whole;

import org.jspecify.annotations.NullMarked;
