/** Belongs here: dequantization on a GPU through DJL's PyTorch engine, and the choice of a device. */
@NullMarked
package dev.ingot.dequant.gpu;

import org.jspecify.annotations.NullMarked;
