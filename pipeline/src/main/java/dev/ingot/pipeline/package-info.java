/** Belongs here: the identities that every stage speaks of (team, run, task, stage). */
@NullMarked
package dev.ingot.pipeline;

import org.jspecify.annotations.NullMarked;
