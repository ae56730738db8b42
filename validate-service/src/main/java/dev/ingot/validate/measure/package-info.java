/** Belongs here: figures per token and what they add up to. */
@NullMarked
package dev.ingot.validate.measure;

import org.jspecify.annotations.NullMarked;
