/** Belongs here: the statement of what a checkpoint was made from, by what and with which result, and how a folder is held against it. */
@NullMarked
package dev.ingot.pipeline.provenance;

import org.jspecify.annotations.NullMarked;
