/** Belongs here: how merge and dequant pull the base's values tile by tile, wherever they lie, and work on tiles in parallel but write in order. */
@NullMarked
package dev.ingot.pipeline.tile;

import org.jspecify.annotations.NullMarked;
