/**
 * Belongs here: what transformers does to a checkpoint while it loads it: into which modules of which class it goes, and what of it a BitsAndBytesConfig
 * has quantized or cast.
 */
@NullMarked
package dev.ingot.checkpoint.loading;

import org.jspecify.annotations.NullMarked;
