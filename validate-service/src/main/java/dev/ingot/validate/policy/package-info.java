/** Belongs here: a team's policy file, what its keys mean, and how it becomes limits. */
@NullMarked
package dev.ingot.validate.policy;

import org.jspecify.annotations.NullMarked;
