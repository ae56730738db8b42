/** Belongs here: the five services as processes of their own, as docker-compose.yml runs them, and what they need around them. */
@NullMarked
package dev.ingot.standalone.services;

import org.jspecify.annotations.NullMarked;
