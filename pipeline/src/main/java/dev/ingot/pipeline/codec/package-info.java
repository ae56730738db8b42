/**
 * Belongs here: how events, plans, markers and reports are written as JSON; the only place that knows Jackson.
 *
 * <p>Records are bound by their components over Jackson's streaming parser. Nothing is annotated but members that came later
 * ({@link dev.ingot.pipeline.codec.WhenAbsent}), nothing is overlooked (any other missing, a doubled or an unknown member is an error), and the command line does not wait for data binding to warm up.
 */
@NullMarked
package dev.ingot.pipeline.codec;

import org.jspecify.annotations.NullMarked;
