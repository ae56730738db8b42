/** Belongs here: finding inputs that the product neither reads rightly nor refuses. */
@NullMarked
package dev.ingot.bench.fuzz;

import org.jspecify.annotations.NullMarked;
