/** Belongs here: whether a merged folder is what config and base imply, and whether every input tensor was used. */
@NullMarked
package dev.ingot.validate.structure;

import org.jspecify.annotations.NullMarked;
