/** Belongs here: a run for one person's folders in this process: no Quarkus, no broker, all or nothing. */
@NullMarked
package dev.ingot.standalone.local;

import org.jspecify.annotations.NullMarked;
