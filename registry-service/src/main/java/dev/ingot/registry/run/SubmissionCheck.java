package dev.ingot.registry.run;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.adapter.CheckpointChoice;
import dev.ingot.checkpoint.loading.TrainingQuantization;
import dev.ingot.pipeline.RunRef;
import dev.ingot.pipeline.request.BaseForms;
import dev.ingot.pipeline.request.GateOverride;
import dev.ingot.pipeline.request.RunRequest;
import dev.ingot.pipeline.request.RunRequest.MergeBase;
import dev.ingot.pipeline.request.RunRequest.OutputDType;
import dev.ingot.pipeline.request.RunRequest.TiePolicy;
import dev.ingot.pipeline.request.RunRequest.TrainedOn;
import dev.ingot.pipeline.request.RunRequest.ValidationLevel;
import dev.ingot.pipeline.request.WeightedAdapter;
import dev.ingot.pipeline.source.AdapterPlace;
import dev.ingot.pipeline.source.hub.HubAddress;
import dev.ingot.registry.run.Submission.Weighted;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Turns what a team sent into a request that a run can be made of, or refuses it with a code. */
final class SubmissionCheck {
    private static final Set<String> SCHEMES = Set.of("file", "s3");
    private static final int MAX_TEXT = 4096;

    /** More than anybody merges; a plan grows with each of them. */
    private static final int MAX_ADAPTERS = 64;

    private SubmissionCheck() {}

    static RunRequest request(RunRef run, Submission sent, NamedBase named, Instant at) throws IOException {
        requireName("model", sent.model());
        List<WeightedAdapter> adapters = adapters(sent);
        Optional<CheckpointChoice> checkpoint = sent.checkpoint().map(CheckpointChoice::of);
        String base = sent.base().isPresent()
                ? sent.base().get()
                : named.of(
                        run.team(),
                        adapters.stream().map(WeightedAdapter::adapter).toList(),
                        checkpoint,
                        sent.adapterConfig());
        requireCheckpoint("base", base);
        Map<String, String> evaluation = sent.evaluation().orElse(Map.of());
        evaluation.forEach((name, uri) -> {
            requireName("evaluation", name);
            requireSource("evaluation text " + name, uri);
        });
        TrainedOn trainedOn = declared(sent);
        sent.originalBase().ifPresent(original -> requireCheckpoint("original base", original));
        RunRequest request = RunRequest.builder(run, sent.model(), base)
                .adapters(adapters)
                .trainedOn(trainedOn)
                .quantizationConfig(sent.quantizationConfig().orElse(null))
                .mergeBase(sent.mergeBase().orElse(MergeBase.TRAINED))
                .originalBase(sent.originalBase().orElse(null))
                .swapNibbles(sent.swapNibbles().orElse(false))
                .baseIsResidual(sent.baseIsResidual().orElse(false))
                .dtype(sent.dtype().orElse(OutputDType.AUTO))
                .tie(sent.tie().orElse(TiePolicy.AUTO))
                .validate(sent.validate().orElse(ValidationLevel.FULL))
                .maxShardBytes(shardBytes(sent))
                .evaluation(evaluation)
                .provenance(true)
                .submitted(
                        sent.submittedBy().filter(name -> name.length() <= 200).orElse(""), at)
                .adapterConfig(sent.adapterConfig().orElse(null))
                .mirrors(sent.mirrors().orElse(null))
                .checkpoint(sent.checkpoint().orElse(null))
                .overrides(overrides(sent, at))
                .build();
        BaseForms.of(request);
        return request;
    }

    private static List<GateOverride> overrides(Submission sent, Instant at) {
        try {
            return sent.overrides().orElse(List.of()).stream()
                    .map(each -> new GateOverride(each.gate(), each.by(), at, each.reason()))
                    .toList();
        } catch (IllegalArgumentException e) {
            throw new RefusedInput(
                    "request.override",
                    "The request overrides a gate, but " + e.getMessage() + ".",
                    "Name gate, by (the person who answers for it) and reason.",
                    e);
        }
    }

    private static List<WeightedAdapter> adapters(Submission sent) {
        if (sent.adapter().isPresent() == sent.adapters().isPresent()) {
            throw new RefusedInput(
                    "request.adapters",
                    sent.adapter().isPresent()
                            ? "The request has both 'adapter' and 'adapters'."
                            : "The request names no adapter.",
                    "Give adapter for one, or adapters for several, in the order in which they are applied.");
        }
        List<Weighted> named = sent.adapter()
                .map(adapter -> List.of(new Weighted(adapter, Optional.empty())))
                .orElseGet(() -> sent.adapters().orElseThrow());
        if (named.isEmpty() || named.size() > MAX_ADAPTERS) {
            throw new RefusedInput(
                    "request.adapters",
                    "The request names %d adapters; expected 1 to %d.".formatted(named.size(), MAX_ADAPTERS),
                    "Give adapter for one, or adapters for several, in the order in which they are applied.");
        }
        return named.stream().map(SubmissionCheck::weighted).toList();
    }

    private static WeightedAdapter weighted(Weighted named) {
        requireCheckpoint("adapter", named.adapter());
        try {
            return new WeightedAdapter(named.adapter(), named.weight().orElse(1.0));
        } catch (IllegalArgumentException e) {
            throw new RefusedInput(
                    "request.weight",
                    "Of the adapter '" + shown(named.adapter()) + "', " + e.getMessage() + ".",
                    "Leave an adapter out that is to have no part; leave its weight out for 1.",
                    e);
        }
    }

    /** Adapters do not record what training saw, so a registry does not guess. */
    private static TrainedOn declared(Submission sent) {
        TrainedOn trainedOn = sent.trainedOn().orElse(TrainedOn.UNDECLARED);
        if (trainedOn == TrainedOn.UNDECLARED) {
            throw new RefusedInput(
                    "request.undeclared-base",
                    "The request does not say what training saw of its base, and an adapter does not record it.",
                    "Set trainedOn to base-as-stored (16 bit as it is, or packed in 4 bit in the file), or to"
                            + " quantized-while-loading with quantizationConfig.");
        }
        if ((trainedOn == TrainedOn.QUANTIZED_WHILE_LOADING)
                != sent.quantizationConfig().isPresent()) {
            throw new RefusedInput(
                    "request.quantization-config",
                    "trainedOn and quantizationConfig do not go together: the config belongs to quantized-while-loading and only to that.",
                    "Give the BitsAndBytesConfig of the training script in transformers' JSON form or a ready name (nf4-double), or drop it.");
        }
        sent.quantizationConfig().ifPresent(TrainingQuantization::read);
        return trainedOn;
    }

    private static long shardBytes(Submission sent) {
        long bytes = sent.maxShardBytes().orElse(RunRequest.DEFAULT_MAX_SHARD_BYTES);
        if (bytes < 1 << 20 || bytes > 50_000_000_000L) {
            throw new RefusedInput(
                    "request.shard-size",
                    "maxShardBytes is " + bytes
                            + ", expected 1 MiB to 50 GB, beyond which Hugging Face clients refuse a file.",
                    "Leave it out for 5 GB.");
        }
        return bytes;
    }

    private static void requireName(String what, String name) {
        try {
            RunRef checked = new RunRef("team", name);
            assert checked.run().equals(name);
        } catch (IllegalArgumentException e) {
            throw new RefusedInput(
                    "request.bad-name",
                    "The " + what + " name '" + shown(name) + "' is no name that a path can hold.",
                    "Use up to 64 of a-z, 0-9, '.', '_' and '-', starting with a letter or digit.",
                    e);
        }
    }

    private static void requireCheckpoint(String what, String uri) {
        if (!HubAddress.isOne(uri)) {
            requireSource(what, uri);
            return;
        }
        if (uri.length() > MAX_TEXT) {
            throw unsupported(what, uri);
        }
        HubAddress address = HubAddress.parse(AdapterPlace.parse(uri).location());
        assert HubAddress.isOne(address.toString());
    }

    private static void requireSource(String what, String uri) {
        try {
            URI parsed = new URI(uri);
            boolean known = parsed.getScheme() != null && SCHEMES.contains(parsed.getScheme());
            if (!known || uri.length() > MAX_TEXT || parsed.getUserInfo() != null) {
                throw unsupported(what, uri);
            }
        } catch (URISyntaxException e) {
            throw unsupported(what, uri);
        }
    }

    private static RefusedInput unsupported(String what, String uri) {
        return new RefusedInput(
                "request.unsupported-source",
                "The " + what + " '" + shown(uri) + "' is not an address that Ingot reads.",
                "Give a folder that the workers see (file:///…), a bucket (s3://…) or, for base and adapter, a model on a hub (hf://org/name), without credentials.");
    }

    private static String shown(String text) {
        return text.length() <= 120 ? text : text.substring(0, 120) + "…";
    }
}
