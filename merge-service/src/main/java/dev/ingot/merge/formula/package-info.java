/** Belongs here: formulas of a plan, evaluated row by row. */
@NullMarked
package dev.ingot.merge.formula;

import org.jspecify.annotations.NullMarked;
