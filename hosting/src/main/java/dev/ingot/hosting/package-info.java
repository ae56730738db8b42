/** Belongs here: the Quarkus edge that the services share; the only library that imports Quarkus. */
@NullMarked
package dev.ingot.hosting;

import org.jspecify.annotations.NullMarked;
