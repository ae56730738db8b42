/** Belongs here: loops over arrays that turn codes into values and values into codes, and what chooses between them. No files, no threads. */
@NullMarked
package dev.ingot.dequant.kernel;

import org.jspecify.annotations.NullMarked;
