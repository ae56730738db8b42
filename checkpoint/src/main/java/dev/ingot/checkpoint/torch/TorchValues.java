package dev.ingot.checkpoint.torch;

import dev.ingot.checkpoint.DType;
import dev.ingot.checkpoint.pickle.PickleMapping;
import dev.ingot.checkpoint.pickle.PickleObject;
import dev.ingot.checkpoint.pickle.PickleSequence;
import dev.ingot.checkpoint.pickle.PickleValue;
import dev.ingot.checkpoint.pickle.PickleValue.Global;
import dev.ingot.checkpoint.pickle.PickleValue.None;
import dev.ingot.checkpoint.pickle.PickleValue.Whole;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Readings of single values that torch and trainers pickle; empty where a value is something else. */
public final class TorchValues {
    private static final int MAX_DIMENSIONS = 16;

    private TorchValues() {}

    /** A whole number, also of an enum that is one: {@code ZeroStageEnum(3)}. */
    public static Optional<Long> whole(PickleValue value) {
        return switch (value) {
            case Whole whole -> Optional.of(whole.value());
            case PickleObject object ->
                object.argument(0).filter(Whole.class::isInstance).flatMap(TorchValues::whole);
            case PickleValue other -> Optional.empty();
        };
    }

    /** A tuple of whole numbers, or a torch.Size of one. */
    public static Optional<List<Long>> wholes(PickleValue value) {
        if (value instanceof PickleObject object && object.className().equals("torch.Size")) {
            return object.argument(0).filter(PickleSequence.class::isInstance).flatMap(TorchValues::wholes);
        }
        if (!(value instanceof PickleSequence sequence) || sequence.size() > MAX_DIMENSIONS) {
            return Optional.empty();
        }
        List<Long> wholes = new ArrayList<>();
        for (PickleValue item : sequence.items()) {
            if (!(item instanceof Whole(long number)) || number < 0) {
                return Optional.empty();
            }
            wholes.add(number);
        }
        return Optional.of(wholes);
    }

    /** {@code torch.float32}. */
    public static Optional<DType> dtype(PickleValue value) {
        return value instanceof Global global && global.module().equals("torch")
                ? TorchTypes.ofDType(global.name())
                : Optional.empty();
    }

    /** A member of a dict. */
    public static Optional<PickleValue> member(PickleValue value, String name) {
        return StateDict.mapping(value).flatMap(mapping -> mapping.get(name)).filter(held -> !(held instanceof None));
    }

    /** A dict, empty where there is none. */
    public static PickleMapping mappingOrEmpty(Optional<PickleValue> value) {
        return value.flatMap(StateDict::mapping).orElseGet(PickleMapping::new);
    }

    /** The items of a list or tuple, none where there is none. */
    public static List<PickleValue> items(Optional<PickleValue> value) {
        return value.orElse(null) instanceof PickleSequence sequence ? sequence.items() : List.of();
    }
}
