/** Belongs here: evaluation texts, and how they become windows of tokens. */
@NullMarked
package dev.ingot.validate.text;

import org.jspecify.annotations.NullMarked;
