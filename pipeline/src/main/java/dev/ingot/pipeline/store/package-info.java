/** Belongs here: the object store port, where things stand in it, and the probe that a store must pass. */
@NullMarked
package dev.ingot.pipeline.store;

import org.jspecify.annotations.NullMarked;
