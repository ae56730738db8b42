/** Belongs here: the registry service. */
@NullMarked
package dev.ingot.registry;

import org.jspecify.annotations.NullMarked;
