/** Belongs here: what a team asks of a run. */
@NullMarked
package dev.ingot.pipeline.request;

import org.jspecify.annotations.NullMarked;
