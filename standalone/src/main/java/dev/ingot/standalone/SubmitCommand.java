package dev.ingot.standalone;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.json.Json;
import dev.ingot.checkpoint.json.JsonArray;
import dev.ingot.checkpoint.json.JsonBool;
import dev.ingot.checkpoint.json.JsonNumber;
import dev.ingot.checkpoint.json.JsonObject;
import dev.ingot.checkpoint.json.JsonText;
import dev.ingot.checkpoint.json.JsonValue;
import dev.ingot.pipeline.request.RunRequest.MergeBase;
import dev.ingot.pipeline.request.RunRequest.MirrorPolicy;
import dev.ingot.pipeline.request.RunRequest.OutputDType;
import dev.ingot.pipeline.request.RunRequest.TiePolicy;
import dev.ingot.pipeline.request.RunRequest.ValidationLevel;
import dev.ingot.pipeline.request.WeightedAdapter;
import dev.ingot.standalone.client.RunFollowing;
import dev.ingot.standalone.client.RunState;
import dev.ingot.standalone.client.Runs;
import dev.ingot.standalone.local.SizeConverter;
import dev.ingot.standalone.terminal.ExitCode;
import dev.ingot.standalone.terminal.Terminal;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Hands a run in, as a training job's hook does. */
@Command(
        name = "submit",
        header = {
            "Hands a finished training run in; the services merge, check and publish it.",
            "",
            "  ingot submit --model support-bot --base s3://models/llama-13b-nf4 \\",
            "               --adapter s3://runs/42/adapter --trained-on stored --wait",
            "  ingot submit --model support-bot --base s3://models/llama-13b \\",
            "               --adapter s3://runs/42/outputs --checkpoint best --trained-on stored",
            "  ingot submit --model support-bot --base s3://models/llama-13b \\",
            "               --adapter s3://runs/42/adapters#style --trained-on stored",
            ""
        },
        description = {"", "Without --wait it returns at once; `ingot status RUN --follow` shows how it goes on.", ""},
        sortOptions = false)
final class SubmitCommand implements Callable<Integer> {
    private final Terminal terminal;

    private static final Pattern REPOSITORY = Pattern.compile("[\\w-][\\w.-]*/[\\w-][\\w.-]*(@[^\\s#]+)?(#[^\\s]+)?");

    @Spec
    CommandSpec spec;

    @Option(
            names = "--model",
            required = true,
            paramLabel = "NAME",
            description = "Name under which the result is published.")
    String model;

    @Option(
            names = "--base",
            paramLabel = "URI",
            description =
                    "s3://…, hf://org/name[@revision], file:///… or a folder that the services see as well. Default: the one on the hub that the"
                            + " adapter names, where the installation allows the team to leave it out.")
    String base;

    @Mixin
    AdapterOption adapter;

    @Mixin
    CheckpointOption checkpoint;

    @Option(
            names = "--run",
            paramLabel = "NAME",
            description = "Name of the run: sent twice, it is made once. Default: made up.")
    String run;

    @Option(
            names = "--trained-on",
            paramLabel = "WHAT",
            description =
                    "What training saw of the base: stored (as it stands; a 4-bit checkpoint included), or quantized (while loading,"
                            + " by --quantization-config). Adapters do not record it, so a registry wants it said.")
    SeenOptions.Seen trainedOn;

    @Mixin
    QuantizationConfigOption quantizationConfig;

    @Option(
            names = "--merge-base",
            paramLabel = "WHICH",
            description =
                    "What the adapter is merged onto: trained (what training saw) or original (the 16-bit tensors, although"
                            + " training saw them quantized).")
    MergeBase mergeBase;

    @Mixin
    SwapNibblesOption swapNibbles;

    @Mixin
    BaseIsResidualOption baseIsResidual;

    @Mixin
    TrainingOptions training;

    @Option(
            names = "--dtype",
            converter = DTypeConverter.class,
            paramLabel = "TYPE",
            description = "auto, float16, bfloat16 or float32.")
    OutputDType dtype;

    @Option(names = "--tie", paramLabel = "POLICY", description = "auto, keep, untie or refuse.")
    TiePolicy tie;

    @Option(
            names = "--validate",
            paramLabel = "LEVEL",
            description =
                    "full, smoke or structure. An installation publishes only what it measured, and structure measures nothing of what"
                            + " the model says: it ends in a refusal, unless INGOT_VALIDATE_PUBLISH_UNMEASURED=true is set there. Default: full.")
    ValidationLevel validate;

    @Option(
            names = "--eval",
            paramLabel = "NAME=URI",
            description = "Text to measure perplexity on: domain=s3://…, general=s3://….")
    Map<String, String> evaluation = new LinkedHashMap<>();

    @Option(
            names = "--max-shard-size",
            paramLabel = "SIZE",
            converter = SizeConverter.class,
            description = "The largest file of weights, such as 5GB.")
    Long maxShardSize;

    @Option(names = "--wait", description = "Show how it goes on; end with its verdict as exit code.")
    boolean wait;

    @Mixin
    ServerOptions server;

    @Mixin
    CommonOptions common;

    SubmitCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        Runs runs = new Runs(server.registry());
        RunState state = runs.submit(server.team, request());
        if (validate == ValidationLevel.STRUCTURE || validate == ValidationLevel.OFF) {
            terminal.say("note: --validate " + Words.of(validate)
                    + " does not measure the model, and an installation refuses to publish what was not measured, unless"
                    + " INGOT_VALIDATE_PUBLISH_UNMEASURED=true is set there; --validate smoke is enough");
        }
        if (!wait) {
            if (common.json) {
                terminal.out().print(Json.write(state.document()));
            } else {
                terminal.say("accepted; follow it with `ingot status " + state.run() + " --follow`");
                terminal.result(state.run().toString());
            }
            return ExitCode.DELIVERED.code();
        }
        return StatusCommand.conclude(
                terminal, RunFollowing.follow(terminal, runs, state.run()), common.json, server.registry());
    }

    JsonObject request() throws IOException {
        Map<String, JsonValue> members = new LinkedHashMap<>();
        if (run != null) {
            members.put("run", new JsonText(run));
        }
        members.put("model", new JsonText(model));
        if (base != null) {
            members.put("base", new JsonText(uri(base)));
        }
        putAdapters(members, adapter.inOrder());
        if (trainedOn == null && !quantizationConfig.isGiven()) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--trained-on is missing: say stored if training used the base as it stands, a 4-bit checkpoint included;"
                            + " or --quantization-config if it quantized the base while loading");
        }
        if (quantizationConfig.isGiven() && trainedOn == SeenOptions.Seen.STORED) {
            throw new ParameterException(
                    spec.commandLine(), "--trained-on stored contradicts --quantization-config: leave one of them out");
        }
        if (!quantizationConfig.isGiven() && trainedOn == SeenOptions.Seen.QUANTIZED) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--trained-on quantized does not say how: give --quantization-config FILE, training's BitsAndBytesConfig, or a ready name");
        }
        boolean quantized = quantizationConfig.isGiven();
        members.put("trainedOn", new JsonText(quantized ? "quantized-while-loading" : "base-as-stored"));
        quantizationConfig.text().ifPresent(text -> members.put("quantizationConfig", config(text)));
        put(members, "mergeBase", mergeBase);
        if (swapNibbles.isGiven) {
            members.put("swapNibbles", new JsonBool(true));
        }
        if (baseIsResidual.isGiven) {
            members.put("baseIsResidual", new JsonBool(true));
        }
        Optional<String> adapterConfig = training.adapterConfig.text();
        adapterConfig.ifPresent(text -> members.put("adapterConfig", config(text)));
        if (training.mirrors != MirrorPolicy.REFUSE) {
            put(members, "mirrors", training.mirrors);
        }
        checkpoint.asked().ifPresent(choice -> members.put("checkpoint", new JsonText(choice.text())));
        put(members, "dtype", dtype);
        put(members, "tie", tie);
        put(members, "validate", validate);
        if (maxShardSize != null) {
            members.put("maxShardBytes", JsonNumber.of(maxShardSize));
        }
        if (!evaluation.isEmpty()) {
            Map<String, JsonValue> sets = new LinkedHashMap<>();
            evaluation.forEach((name, text) -> sets.put(name, new JsonText(uri(text))));
            members.put("evaluation", new JsonObject(sets));
        }
        members.put("submittedBy", new JsonText(System.getProperty("user.name", "")));
        return new JsonObject(members);
    }

    /** One that counts as it was trained in the form that every registry reads. */
    private static void putAdapters(Map<String, JsonValue> members, List<WeightedAdapter> adapters) {
        Optional<String> alone = WeightedAdapter.alone(adapters);
        if (alone.isPresent()) {
            members.put("adapter", new JsonText(uri(alone.get())));
            return;
        }
        List<JsonValue> several = new ArrayList<>();
        for (WeightedAdapter adapter : adapters) {
            Map<String, JsonValue> one = new LinkedHashMap<>();
            one.put("adapter", new JsonText(uri(adapter.adapter())));
            one.put("weight", new JsonNumber(adapter.weightText()));
            several.add(new JsonObject(one));
        }
        members.put("adapters", new JsonArray(several));
    }

    /** An object as it stands in a file, or the text of a ready name. */
    private static JsonValue config(String text) {
        return text.strip().startsWith("{")
                ? Json.parseObject(text.getBytes(StandardCharsets.UTF_8), "the config")
                : new JsonText(text);
    }

    private static void put(Map<String, JsonValue> members, String name, Enum<?> value) {
        if (value != null) {
            members.put(name, new JsonText(Words.of(value)));
        }
    }

    /** A folder or file of this machine as URI; an address as it is. */
    private static String uri(String location) {
        if (location.matches("[a-z][a-z0-9+.-]+:.*")) {
            return location;
        }
        Path path = Path.of(location).toAbsolutePath().normalize();
        int hash = location.lastIndexOf('#');
        if (!Files.exists(path) && hash > 0) {
            // one of several, which whoever reads the folder finds
            return uri(location.substring(0, hash)) + location.substring(hash).replace(" ", "%20");
        }
        if (!Files.exists(path)) {
            boolean repository = REPOSITORY.matcher(location).matches();
            throw new RefusedInput(
                    "request.not-found",
                    location + " is neither an address (s3://…, hf://…, file:///…) nor a file or folder here.",
                    repository
                            ? "write hf://%s for the model on the hub, file:///… for a place that only the services see"
                                    .formatted(location)
                            : "write file:///… for a place that only the services see, hf://org/name for a model on a hub");
        }
        return path.toUri().toString();
    }
}
