package dev.ingot.validate;

import dev.ingot.checkpoint.DType;
import dev.ingot.checkpoint.model.ModelConfig;
import dev.ingot.validate.gate.GatePolicy;
import dev.ingot.validate.gate.WeightGates;
import dev.ingot.validate.recompute.Recomputation;
import dev.ingot.validate.recompute.TensorCheck;
import dev.ingot.validate.weights.AdapterFolder;
import dev.ingot.validate.weights.CheckpointWeights;
import dev.ingot.validate.weights.MergedWeights;
import dev.ingot.validate.weights.TrainedModel;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Some tools cast an adapter to the model's dtype before they merge it. Its factors are then rounded before they are multiplied, which is as much
 * rounding as the merge's own, but where products cancel it is many units of the sum. So what is not right is looked at once more, against the
 * adapter in 16 bit.
 */
final class CastAdapters {
    private CastAdapters() {}

    /** The checks, those among them replaced that are right by an adapter in the dtype in which the tensor was written. */
    static List<TensorCheck> recheck(
            JudgeRequest request,
            CheckpointWeights base,
            ModelConfig config,
            List<AdapterFolder> adapters,
            MergedWeights merged,
            boolean tied,
            List<TensorCheck> checks,
            GatePolicy policy,
            boolean all)
            throws IOException {
        Set<DType> dtypes = new TreeSet<>();
        checks.stream()
                .filter(check -> isDoubtful(check, policy))
                .map(TensorCheck::dtype)
                .forEach(dtypes::add);
        Map<String, TensorCheck> right = new HashMap<>();
        for (DType dtype : dtypes) {
            List<AdapterFolder> cast =
                    adapters.stream().map(adapter -> adapter.rounded(dtype)).toList();
            TrainedModel trained = TrainedModel.of(base, config, cast, request.quantization());
            List<String> wrong = checks.stream()
                    .filter(check -> check.dtype() == dtype && isDoubtful(check, policy))
                    .map(TensorCheck::tensor)
                    .toList();
            Recomputation.of(wrong, trained, merged, tied, all).stream()
                    .filter(check -> !WeightGates.isWrong(check, policy))
                    .forEach(check -> right.put(check.tensor(), check));
        }
        List<TensorCheck> found = new ArrayList<>();
        checks.forEach(check -> found.add(right.getOrDefault(check.tensor(), check)));
        return found;
    }

    private static boolean isDoubtful(TensorCheck check, GatePolicy policy) {
        return check.touched() && check.dtype() != DType.F32 && WeightGates.isWrong(check, policy);
    }
}
