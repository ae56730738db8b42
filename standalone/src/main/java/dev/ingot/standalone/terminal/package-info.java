/** Belongs here: how a command speaks to a person: lines, bars, tables, amounts. Knows nothing of how the work is done. */
@NullMarked
package dev.ingot.standalone.terminal;

import org.jspecify.annotations.NullMarked;
