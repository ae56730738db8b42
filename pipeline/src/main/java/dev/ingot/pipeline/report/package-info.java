/** Belongs here: what validate found, in the form that report.json, the pages and the command line show. */
@NullMarked
package dev.ingot.pipeline.report;

import org.jspecify.annotations.NullMarked;
