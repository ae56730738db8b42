/** Belongs here: several stages in one test, because no service may know another. */
@NullMarked
package dev.ingot.standalone.stages;

import org.jspecify.annotations.NullMarked;
