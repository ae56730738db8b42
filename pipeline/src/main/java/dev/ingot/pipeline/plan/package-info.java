/** Belongs here: the program that ingest writes and dequant and merge execute, with nothing left to decide. */
@NullMarked
package dev.ingot.pipeline.plan;

import org.jspecify.annotations.NullMarked;
