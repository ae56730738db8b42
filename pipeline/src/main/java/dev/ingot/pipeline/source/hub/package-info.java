/** Belongs here: what is needed to read a checkpoint from a Hugging Face hub: its API, what may be asked of which host, and a folder of what was downloaded. */
@NullMarked
package dev.ingot.pipeline.source.hub;

import org.jspecify.annotations.NullMarked;
