/** Belongs here: where the weights of each side of a comparison come from: base, base with the adapter beside it, merged as reloaded. */
@NullMarked
package dev.ingot.validate.weights;

import org.jspecify.annotations.NullMarked;
