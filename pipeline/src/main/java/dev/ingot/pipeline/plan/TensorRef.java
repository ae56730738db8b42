package dev.ingot.pipeline.plan;

import dev.ingot.checkpoint.DType;
import dev.ingot.checkpoint.Shape;

/**
 * A tensor as it lies in an input file.
 *
 * @param file index into {@link Plan#inputs()}
 * @param name of the tensor in that file, for messages and the ledger
 * @param offset of its first byte from the start of the file
 * @param length in bytes
 */
public record TensorRef(int file, String name, DType dtype, Shape shape, long offset, long length) {}
