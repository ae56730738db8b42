/** Belongs here: what the build, and nobody else, runs so that commands start sooner. */
@NullMarked
package dev.ingot.standalone.training;

import org.jspecify.annotations.NullMarked;
