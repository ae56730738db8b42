/** Belongs here: formulas of adapter types other than LoRA, made from adapter_config.json and raw keys alone. */
@NullMarked
package dev.ingot.validate.adapter;

import org.jspecify.annotations.NullMarked;
