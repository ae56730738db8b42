/** Belongs here: an adapter folder as PEFT writes it: adapter_config.json and the grammar of its keys, once nothing wraps them. */
@NullMarked
package dev.ingot.checkpoint.adapter;

import org.jspecify.annotations.NullMarked;
