/** Belongs here: talking to an installation over HTTP, as its users do. */
@NullMarked
package dev.ingot.standalone.client;

import org.jspecify.annotations.NullMarked;
