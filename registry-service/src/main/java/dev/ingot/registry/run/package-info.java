/** Belongs here: runs as the registry sees them: handing one in, where it stands, and following it live. The store is the truth. */
@NullMarked
package dev.ingot.registry.run;

import org.jspecify.annotations.NullMarked;
