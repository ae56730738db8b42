/** Belongs here: how a report looks to people: the page with its figures, and the model card. Shows nothing that the report does not say. */
@NullMarked
package dev.ingot.validate.page;

import org.jspecify.annotations.NullMarked;
