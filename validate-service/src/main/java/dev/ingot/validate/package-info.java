/** Belongs here: the validate service. */
@NullMarked
package dev.ingot.validate;

import org.jspecify.annotations.NullMarked;
