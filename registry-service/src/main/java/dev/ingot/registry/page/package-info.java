/** Belongs here: the registry's web pages, drawn by the server; what they show comes from run and model. */
@NullMarked
package dev.ingot.registry.page;

import org.jspecify.annotations.NullMarked;
