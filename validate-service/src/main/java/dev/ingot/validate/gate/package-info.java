/** Belongs here: the limits that a merge is held against, and how a gate says what it found. */
@NullMarked
package dev.ingot.validate.gate;

import org.jspecify.annotations.NullMarked;
