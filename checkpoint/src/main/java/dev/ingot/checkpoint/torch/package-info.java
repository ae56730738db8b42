/** Belongs here: the files that torch.save writes, and which tensors lie in them where. Needs the pickle reader, executes nothing. */
@NullMarked
package dev.ingot.checkpoint.torch;

import org.jspecify.annotations.NullMarked;
