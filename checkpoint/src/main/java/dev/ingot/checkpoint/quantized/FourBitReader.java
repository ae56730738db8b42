package dev.ingot.checkpoint.quantized;

import dev.ingot.checkpoint.DType;
import dev.ingot.checkpoint.Shape;
import dev.ingot.checkpoint.bitsandbytes.QuantState;
import dev.ingot.checkpoint.json.JsonObject;
import dev.ingot.checkpoint.model.LocatedTensor;
import dev.ingot.checkpoint.quantized.QuantizedParameter.FourBit;
import dev.ingot.checkpoint.quantized.QuantizedParameter.NestedScales;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Finds what bitsandbytes packed in 4 bit: by the quant_state keys alone, which hang on the parameter's name, whatever that is. */
final class FourBitReader {
    private static final String STATE = ".quant_state.bitsandbytes__";
    private static final int MAX_STATE_BYTES = 4096;
    private static final String BIAS = ".bias";

    private final Checkpoint checkpoint;

    FourBitReader(Checkpoint checkpoint) {
        this.checkpoint = checkpoint;
    }

    /** A parameter's small tensors. */
    private record Parts(String name, LocatedTensor state, LocatedTensor map, Optional<LocatedTensor> nestedMap) {
        Stream<LocatedTensor> all() {
            return Stream.concat(Stream.of(state, map), nestedMap.stream());
        }
    }

    List<FourBit> read() throws IOException {
        List<Parts> parts = checkpoint.catalog().tensors().values().stream()
                .filter(tensor -> tensor.name().contains(STATE))
                .map(this::parts)
                .toList();
        requireOneState(parts);
        SmallTensors read = SmallTensors.read(
                checkpoint.files(), parts.stream().flatMap(Parts::all).toList());
        List<FourBit> found = new ArrayList<>();
        for (Parts each : parts) {
            found.add(resolve(each, read));
        }
        LostScales.require(checkpoint, found);
        return found;
    }

    private Parts parts(LocatedTensor state) {
        String name = state.name().substring(0, state.name().indexOf(STATE));
        if (state.dtype() != DType.U8 || state.entry().length() > MAX_STATE_BYTES) {
            throw Refusals.damaged("state", state.name(), "is not a small U8 tensor");
        }
        LocatedTensor map = checkpoint.companion(name, name + ".quant_map");
        CodeMaps.requireMap(name, map, CodeMaps.CODES);
        Optional<LocatedTensor> nestedMap = checkpoint.find(name + ".nested_quant_map");
        nestedMap.ifPresent(tensor -> CodeMaps.requireMap(name, tensor, CodeMaps.NESTED_CODES));
        return new Parts(name, state, map, nestedMap);
    }

    private static void requireOneState(List<Parts> parts) {
        Set<String> names = new HashSet<>();
        for (Parts each : parts) {
            if (!names.add(each.name())) {
                throw Refusals.damaged("duplicate", each.name(), "has two quant_state tensors");
            }
        }
    }

    private FourBit resolve(Parts parts, SmallTensors read) {
        String name = parts.name();
        String type = parts.state().name().substring(name.length() + STATE.length());
        QuantState state = QuantState.parse(read.of(parts.state()), type, name);
        LocatedTensor packed = checkpoint.companion(name, name);
        LocatedTensor absmax = checkpoint.companion(name, name + ".absmax");
        Set<Remark> remarks = EnumSet.noneOf(Remark.class);
        Shape shape = shape(state, packed, absmax, remarks);
        PackedSize.require(packed, shape, state.blocksize(), absmax.shape().elements());
        FourBitScales scales = new FourBitScales(name, state, shape, PackedSize.isExact(packed, shape));
        Optional<LocatedTensor> nestedAbsmax = checkpoint.find(name + ".nested_absmax");
        Optional<NestedScales> nested = scales.nested(absmax, nestedAbsmax, parts.nestedMap());
        if (nested.isEmpty() && scales.areTransposed(absmax)) {
            remarks.add(Remark.SCALES_TRANSPOSED);
        }
        remark(parts, state, packed, read, remarks);
        List<LocatedTensor> companions = new ArrayList<>(List.of(parts.state(), absmax, parts.map()));
        nestedAbsmax.ifPresent(companions::add);
        parts.nestedMap().ifPresent(companions::add);
        return new FourBit(
                name,
                state,
                shape,
                packed,
                absmax,
                nested,
                checkpoint.lowNibbleFirst(),
                checkpoint.isConv1d(name, shape),
                companions,
                remarks);
    }

    private Shape shape(QuantState state, LocatedTensor packed, LocatedTensor absmax, Set<Remark> remarks) {
        if (state.shape().isPresent()) {
            return state.shape().get();
        }
        String name = packed.name();
        Optional<LocatedTensor> bias = name.endsWith(Checkpoint.WEIGHT)
                ? checkpoint.find(name.substring(0, name.length() - Checkpoint.WEIGHT.length()) + BIAS)
                : Optional.empty();
        remarks.add(Remark.SHAPE_FROM_BIAS);
        return PackedSize.shapeFromBias(packed, bias, absmax.shape().elements(), state.blocksize())
                .orElseThrow(() -> Refusals.damaged(
                        "shape", name, "does not record its shape, and no bias beside it makes the shape certain"));
    }

    private void remark(Parts parts, QuantState state, LocatedTensor packed, SmallTensors read, Set<Remark> remarks) {
        if (!CodeMaps.isExact(parts.name(), state.quantType(), read.of(parts.map()))) {
            remarks.add(Remark.CODE_MAP_DIFFERS);
        }
        parts.nestedMap().ifPresent(map -> CodeMaps.requireAscending(parts.name(), read.of(map)));
        if (state.nested().filter(nested -> nested.dtype() != DType.F32).isPresent()) {
            remarks.add(Remark.NESTED_SCALES_ROUNDED);
        }
        if (!state.unknownMembers().isEmpty()) {
            remarks.add(Remark.UNKNOWN_STATE);
        }
        if (checkpoint.lowNibbleFirst()) {
            remarks.add(Remark.LOW_NIBBLE_FIRST);
        }
        remarkConfig(checkpoint.config().quantization().orElse(JsonObject.empty()), state, packed, remarks);
    }

    /** What config.json says otherwise than the parameter itself, which counts. */
    private static void remarkConfig(JsonObject said, QuantState state, LocatedTensor packed, Set<Remark> remarks) {
        Optional<DType> storage = said.text("bnb_4bit_quant_storage").flatMap(DType::ofTorchName);
        if (storage.filter(dtype -> dtype != packed.dtype()).isPresent()) {
            remarks.add(Remark.STORAGE_DISAGREES);
        }
        boolean inEight = said.bool("load_in_8bit").orElse(false);
        Optional<String> type = said.text("bnb_4bit_quant_type");
        if (inEight || type.filter(name -> !name.equals(state.quantType())).isPresent()) {
            remarks.add(Remark.TYPE_DISAGREES);
        }
        Optional<Boolean> twice = said.bool("bnb_4bit_use_double_quant");
        if (twice.filter(nested -> nested != state.nested().isPresent()).isPresent()) {
            remarks.add(Remark.NESTING_DISAGREES);
        }
    }
}
