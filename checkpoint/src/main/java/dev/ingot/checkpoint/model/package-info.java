/** Belongs here: a model folder as transformers writes it: config.json, its tensors, its tokenizer files, its family. */
@NullMarked
package dev.ingot.checkpoint.model;

import org.jspecify.annotations.NullMarked;
