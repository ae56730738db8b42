/** Belongs here: the command line and the whole pipeline in one process. Wires, decides nothing. */
@NullMarked
package dev.ingot.standalone;

import org.jspecify.annotations.NullMarked;
