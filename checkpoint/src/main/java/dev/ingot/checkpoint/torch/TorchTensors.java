package dev.ingot.checkpoint.torch;

import dev.ingot.checkpoint.DType;
import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.Shape;
import dev.ingot.checkpoint.pickle.PickleObject;
import dev.ingot.checkpoint.pickle.PicklePersistent;
import dev.ingot.checkpoint.pickle.PickleSequence;
import dev.ingot.checkpoint.pickle.PickleValue;
import dev.ingot.checkpoint.pickle.PickleValue.Global;
import dev.ingot.checkpoint.pickle.PickleValue.Whole;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What torch's functions that rebuild tensors would have made, as places in the file. Storage offset, sizes and strides are in elements.
 *
 * <p>{@code _rebuild_tensor(storage, offset, size, stride)}, {@code _v2(…, requires_grad, hooks)}, {@code _v3(…, requires_grad, hooks, dtype)},
 * {@code _rebuild_parameter(tensor, …)}, {@code _rebuild_from_type_v2(function, type, arguments, state)}.
 */
public record TorchTensors(TorchFile torch) {
    private static final String UTILS = "torch._utils.";
    private static final Set<String> PLAIN =
            Set.of(UTILS + "_rebuild_tensor", UTILS + "_rebuild_tensor_v2", UTILS + "_rebuild_tensor_v3");
    private static final Set<String> WRAPPED =
            Set.of(UTILS + "_rebuild_parameter", UTILS + "_rebuild_parameter_with_state");
    private static final Set<String> SUBCLASSES =
            Set.of("torch.Tensor", "torch.nn.parameter.Parameter", "torch.nn.parameter.Buffer");
    private static final String FROM_TYPE = "torch._tensor._rebuild_from_type_v2";
    private static final int MAX_DIMENSIONS = 16;
    private static final int V3_DTYPE = 6;
    private static final int MAX_WRAPPERS = 4;

    /** Whether a value is a tensor of any kind, one that can be read or not. */
    public static boolean isTensor(PickleValue value) {
        return value instanceof PickleObject object
                && (object.className().startsWith(UTILS + "_rebuild_")
                        || object.className().equals(FROM_TYPE));
    }

    /** A tensor's place; RefusedInput {@code torch.tensor} when it is of a kind that is not read. */
    public StridedTensor tensor(String name, PickleValue value) throws IOException {
        PickleObject object = plain(name, value);
        if (!(object.argument(0).orElse(null) instanceof PicklePersistent persistent)) {
            throw refuse("storage", name, "has no storage");
        }
        StorageReference storage = StorageReference.of(torch.file(), persistent);
        DType dtype = dtype(name, object, storage);
        long offset = whole(name, object.argument(1));
        List<Long> sizes = wholes(name, object.argument(2));
        List<Long> strides = wholes(name, object.argument(3));
        if (sizes.size() != strides.size()) {
            throw refuse("shape", name, "has %d sizes and %d strides".formatted(sizes.size(), strides.size()));
        }
        Shape shape = shape(name, sizes);
        int width = dtype.bits() / Byte.SIZE;
        requireInside(name, shape, strides, offset, storage.bytes() / width);
        long position = torch.storages().position(storage.key(), storage.bytes()) + offset * width;
        return new StridedTensor(dtype, shape, strides, torch.file().name(), position);
    }

    private PickleObject plain(String name, PickleValue value) {
        PickleValue at = value;
        for (int i = 0; i < MAX_WRAPPERS && at instanceof PickleObject object; i++) {
            if (PLAIN.contains(object.className())) {
                return object;
            }
            if (WRAPPED.contains(object.className())) {
                at = object.argument(0).orElse(at);
            } else if (object.className().equals(FROM_TYPE) && isPlainType(object)) {
                at = call(name, object);
            } else {
                break;
            }
        }
        throw refuse("tensor", name, "is " + at.described() + ", not a tensor that can be read");
    }

    private static boolean isPlainType(PickleObject object) {
        return object.argument(1).orElse(null) instanceof Global type && SUBCLASSES.contains(type.qualified());
    }

    private PickleObject call(String name, PickleObject object) {
        return object.call(0, 2).orElseThrow(() -> refuse("tensor", name, "is made in a way that is not torch's"));
    }

    private DType dtype(String name, PickleObject object, StorageReference storage) {
        if (object.className().endsWith("_v3")) {
            if (object.argument(V3_DTYPE).orElse(null) instanceof Global type
                    && type.module().equals("torch")) {
                return TorchTypes.ofDType(type.name())
                        .orElseThrow(() -> refuse("dtype", name, "has dtype " + type.name() + ", which is not read"));
            }
            throw refuse("dtype", name, "has no dtype");
        }
        return storage.dtype().orElse(DType.U8);
    }

    private Shape shape(String name, List<Long> sizes) {
        if (sizes.size() > MAX_DIMENSIONS) {
            throw refuse("shape", name, "has %d dimensions".formatted(sizes.size()));
        }
        try {
            return new Shape(sizes);
        } catch (ArithmeticException e) {
            throw refuse("shape", name, "has the shape " + sizes + ", which overflows");
        }
    }

    private void requireInside(String name, Shape shape, List<Long> strides, long offset, long elements) {
        if (shape.elements() == 0) {
            if (offset > elements) {
                throw outside(name, shape, strides, offset, elements);
            }
            return;
        }
        long last = offset;
        try {
            for (int i = 0; i < strides.size(); i++) {
                last = Math.addExact(last, Math.multiplyExact(shape.dim(i) - 1, (long) strides.get(i)));
            }
        } catch (ArithmeticException e) {
            throw outside(name, shape, strides, offset, elements);
        }
        if (last >= elements) {
            throw outside(name, shape, strides, offset, elements);
        }
    }

    private RefusedInput outside(String name, Shape shape, List<Long> strides, long offset, long elements) {
        return refuse(
                "bounds",
                name,
                "with shape %s, strides %s and offset %d reaches beyond its storage of %d elements"
                        .formatted(shape, strides, offset, elements));
    }

    private long whole(String name, Optional<PickleValue> value) {
        if (value.orElse(null) instanceof Whole(long number) && number >= 0) {
            return number;
        }
        throw refuse("shape", name, "has an offset, size or stride that is no whole number");
    }

    private List<Long> wholes(String name, Optional<PickleValue> value) {
        List<Long> wholes = new ArrayList<>();
        for (PickleValue item : sizes(name, value)) {
            wholes.add(whole(name, Optional.of(item)));
        }
        return wholes;
    }

    private List<PickleValue> sizes(String name, Optional<PickleValue> value) {
        if (value.orElse(null) instanceof PickleSequence sequence && sequence.size() <= 2 * MAX_DIMENSIONS) {
            return sequence.items();
        }
        if (value.orElse(null) instanceof PickleObject size
                && size.className().equals("torch.Size")
                && size.argument(0).orElse(null) instanceof PickleSequence inner
                && inner.size() <= 2 * MAX_DIMENSIONS) {
            return inner.items();
        }
        throw refuse("shape", name, "has a shape or strides that are no list");
    }

    private RefusedInput refuse(String code, String name, String why) {
        return TorchFile.refuse(torch.file(), code, "holds " + name + ", which " + why);
    }
}
