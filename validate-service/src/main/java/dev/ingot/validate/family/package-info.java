/** Belongs here: what a decoder family computes, as data: no weights, no tensors library. */
@NullMarked
package dev.ingot.validate.family;

import org.jspecify.annotations.NullMarked;
