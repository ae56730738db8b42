package dev.ingot.checkpoint.safetensors;

import dev.ingot.checkpoint.DType;
import dev.ingot.checkpoint.Shape;

/**
 * One tensor of a safetensors file.
 *
 * @param offset of the first byte, from the start of the file (not of the data section)
 * @param length in bytes; always {@code dtype.bytes(shape.elements())}
 */
public record TensorEntry(String name, DType dtype, Shape shape, long offset, long length) {}
