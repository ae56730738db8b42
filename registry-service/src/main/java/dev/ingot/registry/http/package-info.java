/** Belongs here: the HTTP API under /api: addresses, status codes, ranges, errors as documents. */
@NullMarked
package dev.ingot.registry.http;

import org.jspecify.annotations.NullMarked;
