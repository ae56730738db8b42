/** Belongs here: benchmarks and comparisons with the peers. */
@NullMarked
package dev.ingot.bench;

import org.jspecify.annotations.NullMarked;
