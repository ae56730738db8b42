package dev.ingot.checkpoint.model;

import dev.ingot.checkpoint.DType;
import dev.ingot.checkpoint.Shape;
import dev.ingot.checkpoint.safetensors.TensorEntry;
import dev.ingot.checkpoint.source.FileInfo;

/** A tensor and the file that it lies in. */
public record LocatedTensor(FileInfo file, TensorEntry entry) {
    public String name() {
        return entry.name();
    }

    public DType dtype() {
        return entry.dtype();
    }

    public Shape shape() {
        return entry.shape();
    }
}
