package dev.ingot.checkpoint.quantized;

import dev.ingot.checkpoint.DType;
import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.model.LocatedTensor;
import dev.ingot.checkpoint.quantized.QuantizedParameter.RowwiseInt8;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Finds what bitsandbytes quantized with LLM.int8: modules with an {@code SCB}. */
final class Int8Reader {
    private static final String SCALES = ".SCB";
    private static final String FORMAT = ".weight_format";
    private static final List<String> FORMATS = List.of("row", "col32", "col_turing", "col_ampere");

    private final Checkpoint checkpoint;

    Int8Reader(Checkpoint checkpoint) {
        this.checkpoint = checkpoint;
    }

    List<QuantizedParameter> read() throws IOException {
        List<String> modules = checkpoint.namesBefore(SCALES);
        List<LocatedTensor> formats = modules.stream()
                .flatMap(module -> checkpoint.find(module + FORMAT).stream())
                .toList();
        formats.forEach(Int8Reader::requireScalar);
        SmallTensors read = SmallTensors.read(checkpoint.files(), formats);
        List<QuantizedParameter> found = new ArrayList<>();
        for (String module : modules) {
            found.add(resolve(module, read));
        }
        return found;
    }

    private static void requireScalar(LocatedTensor format) {
        if (format.dtype() != DType.U8 || format.shape().elements() != 1) {
            throw Refusals.damaged(
                    "weight-format",
                    format.name(),
                    "is %s of shape %s; expected one U8".formatted(format.dtype(), format.shape()));
        }
    }

    private RowwiseInt8 resolve(String module, SmallTensors read) {
        String name = module + Checkpoint.WEIGHT;
        LocatedTensor scales = checkpoint.companion(name, module + SCALES);
        LocatedTensor weight = checkpoint.companion(name, name);
        Optional<LocatedTensor> format = checkpoint.find(module + FORMAT);
        format.ifPresent(tensor -> requireRows(name, read.of(tensor)[0]));
        requireShapes(weight, scales);
        List<LocatedTensor> companions = new ArrayList<>(List.of(scales));
        format.ifPresent(companions::add);
        Set<Remark> remarks = EnumSet.noneOf(Remark.class);
        if (checkpoint.modelDType().isEmpty()) {
            remarks.add(Remark.DTYPE_ASSUMED);
        }
        return new RowwiseInt8(
                name,
                weight,
                scales,
                checkpoint.modelDType().orElse(DType.F16),
                checkpoint.isConv1d(name, weight.shape()),
                companions,
                remarks);
    }

    private static void requireRows(String name, byte format) {
        if (format != 0) {
            String layout = format > 0 && format < FORMATS.size() ? FORMATS.get(format) : Byte.toString(format);
            throw new RefusedInput(
                    "quantization.weight-format",
                    "%s is tiled for a GPU (weight_format %s): a bitsandbytes before 0.45 saved it after inference. Expected row (0)."
                            .formatted(name, layout),
                    "quantize and save it again with bitsandbytes 0.45 or newer, without running it in between; "
                            + "else name the 16-bit original as base: the merge then differs from training by the quantization's error");
        }
    }

    private static void requireShapes(LocatedTensor weight, LocatedTensor scales) {
        if (weight.dtype() != DType.I8
                || weight.shape().rank() != 2
                || weight.shape().elements() == 0) {
            throw Refusals.damaged(
                    "payload",
                    weight.name(),
                    "is %s of shape %s; expected I8 of two dimensions beside %s"
                            .formatted(weight.dtype(), weight.shape(), scales.name()));
        }
        if (scales.dtype() != DType.F32
                || scales.shape().rank() != 1
                || scales.shape().dim(0) != weight.shape().dim(0)) {
            throw Refusals.damaged(
                    "scales",
                    weight.name(),
                    "of shape %s needs %d scales in F32, one-dimensional, but %s is %s of shape %s"
                            .formatted(
                                    weight.shape(),
                                    weight.shape().dim(0),
                                    scales.name(),
                                    scales.dtype(),
                                    scales.shape()));
        }
    }
}
