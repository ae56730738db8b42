/** Belongs here: how events, plans, markers and reports are written as JSON; the only place that knows Jackson. */
@NullMarked
package dev.ingot.pipeline.codec;

import org.jspecify.annotations.NullMarked;
