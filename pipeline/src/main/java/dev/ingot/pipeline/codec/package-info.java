/**
 * Belongs here: how events, plans, markers and reports are written as JSON; the only place that knows Jackson.
 *
 * <p>Records are bound by their components over Jackson's streaming parser. There is nothing to annotate, nothing that a reader may
 * overlook (a missing, doubled or unknown member is an error), and the command line does not wait for data binding to warm up.
 */
@NullMarked
package dev.ingot.pipeline.codec;

import org.jspecify.annotations.NullMarked;
