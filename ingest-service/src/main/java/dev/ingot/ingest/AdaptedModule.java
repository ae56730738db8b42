package dev.ingot.ingest;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.Shape;
import dev.ingot.checkpoint.adapter.AdapterConfig;
import dev.ingot.ingest.Adapter.AdapterTensor;
import dev.ingot.pipeline.plan.Arithmetic.Sum;
import dev.ingot.pipeline.plan.Arrangement.Tiled;
import dev.ingot.pipeline.plan.Arrangement.Transposed;
import dev.ingot.pipeline.plan.Entries.Base;
import dev.ingot.pipeline.plan.Entries.Neighbour;
import dev.ingot.pipeline.plan.Entries.Tensor;
import dev.ingot.pipeline.plan.InputFile.InputRole;
import dev.ingot.pipeline.plan.Matrix;
import dev.ingot.pipeline.plan.TensorRef;
import dev.ingot.pipeline.plan.Value;
import dev.ingot.pipeline.plan.Value.Stored;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One module of a type other than LoRA, with what its formula is made of. Formulas see its weight as [out, in], whichever way it is stored, with the
 * kernel of a convolution flattened into {@code in}.
 *
 * @param name path in the base model
 * @param transposed whether the weight is stored as [in, out]
 * @param biased whether the base has a bias for it
 * @param value of its weight
 * @param own its tensors, by name
 * @param shared tensors of all modules, by name
 * @param all modules of the adapter
 */
record AdaptedModule(
        String name,
        AdapterConfig config,
        Shape weight,
        boolean transposed,
        boolean biased,
        Value value,
        Map<String, AdapterTensor> own,
        Map<String, AdapterTensor> shared,
        Siblings all,
        Inputs inputs) {

    /**
     * All modules of an adapter.
     *
     * @param in largest number of inputs
     * @param out largest number of outputs
     */
    record Siblings(List<String> names, int in, int out) {
        Siblings {
            names = List.copyOf(names);
        }
    }

    int out() {
        return Math.toIntExact(transposed ? weight.dim(1) : weight.dim(0));
    }

    int in() {
        return Math.toIntExact(weight.elements() / out());
    }

    /** Elements of a convolution's kernel; 1 for a linear layer. */
    int kernel() {
        return weight.rank() <= 2 ? 1 : Math.toIntExact(weight.elements() / weight.dim(0) / weight.dim(1));
    }

    /** The weight as it was: [out, in]. */
    Matrix base() {
        return transposed ? new Transposed(new Base(in(), out())) : new Base(out(), in());
    }

    /** What the weight becomes as it is stored: the base plus a delta of [out, in]. */
    Matrix plus(Matrix delta) {
        return transposed
                ? new Sum(new Base(in(), out()), new Transposed(delta))
                : new Sum(new Base(out(), in()), delta);
    }

    /** What the weight becomes as it is stored: a formula of [out, in]. */
    Matrix become(Matrix formula) {
        return transposed ? new Transposed(formula) : formula;
    }

    /** The weight, in a formula of the bias: [out, in]. */
    Matrix neighbour() {
        if (value instanceof Stored stored && !transposed) {
            return new Neighbour(stored, out(), in());
        }
        throw unfit("its bias takes a part of the weight, which is quantized or transposed");
    }

    /** The bias as it was: [out, 1]. */
    Matrix bias() {
        return new Base(out(), 1);
    }

    boolean has(String tensor) {
        return own.containsKey(tensor);
    }

    /** A tensor of the module as a matrix; RefusedInput {@code adapter.half-pair} when it is missing, {@code adapter.shape} when it is of another size. */
    Matrix matrix(String tensor, int rows, int columns) {
        return matrix(require(tensor, own), rows, columns);
    }

    /** A tensor of the module, with rows of this length. */
    Matrix rowsOf(String tensor, int columns) {
        long elements = require(tensor, own).tensor().shape().elements();
        return matrix(tensor, Math.toIntExact(elements / columns), columns);
    }

    /** A tensor of all modules, if the file has it. */
    Optional<Matrix> shared(String tensor, int rows, int columns) {
        return Optional.ofNullable(shared.get(tensor)).map(found -> matrix(found, rows, columns));
    }

    /** One number for each output, over the whole matrix: [out, in]. */
    Matrix overRows(Matrix column) {
        return new Tiled(column, out(), in());
    }

    Shape shapeOf(String tensor) {
        return require(tensor, own).tensor().shape();
    }

    Shape shapeOfShared(String tensor) {
        return require(tensor, shared).tensor().shape();
    }

    TensorRef ref(String tensor) {
        return inputs.ref(InputRole.ADAPTER, require(tensor, own).tensor());
    }

    private AdapterTensor require(String tensor, Map<String, AdapterTensor> among) {
        AdapterTensor found = among.get(tensor);
        if (found == null) {
            throw new RefusedInput(
                    "adapter.half-pair",
                    "The adapter has no %s for %s; a %s needs it."
                            .formatted(tensor, name, config.type().orElseThrow().title()),
                    "save the adapter again; a part of it was lost");
        }
        return found;
    }

    private Matrix matrix(AdapterTensor tensor, int rows, int columns) {
        Shape shape = tensor.tensor().shape();
        if (shape.elements() != (long) rows * columns) {
            throw new RefusedInput(
                    "adapter.shape",
                    "%s has shape %s; expected %d x %d elements for %s of shape %s."
                            .formatted(tensor.name(), shape, rows, columns, name, weight),
                    "check --base and adapter_config.json: the adapter was trained on a model of another size, or with other options");
        }
        return new Tensor(inputs.ref(InputRole.ADAPTER, tensor.tensor()), rows, columns);
    }

    RefusedInput unfit(String what) {
        return new RefusedInput(
                "adapter.unsupported-layer",
                "The adapter on %s (%s): %s.".formatted(name, weight, what),
                "merge it with PEFT on the dequantized base");
    }
}
