/** Belongs here: the merge service. */
@NullMarked
package dev.ingot.merge;

import org.jspecify.annotations.NullMarked;
