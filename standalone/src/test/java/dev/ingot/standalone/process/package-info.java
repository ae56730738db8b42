/** Belongs here: tests of the packaged command line as a whole process, started by the launcher. */
@NullMarked
package dev.ingot.standalone.process;

import org.jspecify.annotations.NullMarked;
