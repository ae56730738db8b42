/** Belongs here: the port through which merge pulls the base's values, wherever they were dequantized. */
@NullMarked
package dev.ingot.pipeline.tile;

import org.jspecify.annotations.NullMarked;
