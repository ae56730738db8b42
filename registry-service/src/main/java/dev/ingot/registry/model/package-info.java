/** Belongs here: published models as the store holds them: versions, files, aliases. */
@NullMarked
package dev.ingot.registry.model;

import org.jspecify.annotations.NullMarked;
