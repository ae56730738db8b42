package dev.ingot.standalone;

import dev.ingot.pipeline.request.RunRequest.MergeBase;
import dev.ingot.pipeline.request.RunRequest.ValidationLevel;
import dev.ingot.standalone.local.LocalValidation;
import dev.ingot.standalone.local.ValidateOptions;
import dev.ingot.standalone.terminal.Terminal;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Judges a checkpoint that any tool merged, for folders on this machine. */
@Command(
        name = "validate",
        header = {
            "Says whether a merged checkpoint is the trained model, whichever tool merged it.",
            "",
            "  ingot validate --base ./llama-13b --adapter ./my-lora --merged ./my-model",
            "  ingot validate --base ./llama-13b-nf4 --adapter ./my-qlora --merged ./my-model \\",
            "                 --report ./findings",
            "  ingot validate --base ./llama-13b --adapter ./my-qlora --merged ./my-model \\",
            "                 --quantization-config nf4-double",
            "  ingot validate --base ./llama-13b --adapter ./style --adapter ./facts:0.5 \\",
            "                 --merged ./my-model --smoke",
            ""
        },
        description = {
            "",
            "Merges base and adapter again, value by value and apart from the code of ingot merge, and holds",
            "the folder against that: every tensor that the adapter changes within two units of rounding, every",
            "other one bit for bit, in the dtype that the folder has. PEFT's merge_and_unload, which rounds",
            "twice, is right by that. So are other shard sizes, pytorch_model.bin, names and configs of another",
            "release of transformers, experts in one tensor or one by one, tied ends stored once or twice, and",
            "layers for drafting that transformers does not load left out. Values that were rounded to 16 bit",
            "have to be stored in 16 bit: in float32 they are none that float32 arithmetic gives.",
            "",
            "Wrong, and said with the gate, the figure and the tensor: another scale, a delta that is missing,",
            "turned or in another place, values that went through 8 or 4 bit, missing and other tensors, NaN;",
            "and files by which something else would be served: a stale quantization_config, a flag that ties",
            "ends which differ, another epsilon, rope, window or number of layers, another end of text",
            "(eos_token_id, also in generation_config.json), another chat template, a tokenizer that is not the",
            "one of training. The config is read as transformers 5 and as 4 read it, where it is in the words",
            "of 4; max_window_layers counts where windows are used. A merge onto the 16-bit original of a base",
            "that training saw in 4 bit is called that.",
            "",
            "Where the architecture is known and a tokenizer is there, texts are run through base, base +",
            "adapter and the folder as well. Nothing is written but --report.",
            ""
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:the folder is the trained model",
            "1:Ingot's own fault; the message says what to send us",
            "2:wrong usage; nothing was done",
            "3:base, adapter or folder cannot be read, or do not belong together",
            "4:the folder is not the trained model: gate, figure and tensor say why",
            "5:a dependency failed (hub, disk): try again"
        },
        sortOptions = false)
final class ValidateCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Spec
    CommandSpec spec;

    @Option(
            names = "--base",
            paramLabel = "WHERE",
            description =
                    "The base that the adapter was trained on: a folder, org/name[@revision] in Hugging Face's cache, or"
                            + " hf://org/name[@revision] or s3://bucket/prefix, as ingot merge takes them. Default: the one that the adapter"
                            + " names.")
    String base;

    @Mixin
    TrainedOptions trained;

    @Option(
            names = "--merged",
            required = true,
            paramLabel = "DIR",
            description = "The folder to judge: config.json, weights, tokenizer.")
    Path merged;

    @ArgGroup
    Level level;

    static final class Level {
        @Option(names = "--full", description = "Compare every value, and measure for up to ten minutes. The default.")
        boolean full;

        @Option(
                names = "--smoke",
                description =
                        "Compare a sample of every tensor, and measure for about twenty seconds, or for as long as 64 tokens"
                                + " take: a wrong value may be missed. Starting and reading come on top.")
        boolean smoke;
    }

    @Mixin
    EvaluationOptions evaluation;

    @Mixin
    PolicyOption policy;

    @Option(
            names = "--merge-base",
            defaultValue = "trained",
            paramLabel = "WHICH",
            description =
                    "What it should have been merged onto: trained (what training saw) or original (the 16-bit tensors, although"
                            + " training saw 4 bit). Default: ${DEFAULT-VALUE}.")
    MergeBase mergeBase;

    @Option(
            names = "--report",
            paramLabel = "DIR",
            description =
                    "Write report.html and report.json there, which has a figure for every tensor, and its JSON Schema.")
    Path report;

    @Mixin
    ThreadsOption threads;

    @Mixin
    CommonOptions common;

    ValidateCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws Exception {
        return new LocalValidation(terminal, options(), common.json, Version.number())
                .run()
                .code();
    }

    private ValidateOptions options() throws IOException {
        return new ValidateOptions(
                trained.on(base),
                requireOne(),
                merged,
                level != null && level.smoke ? ValidationLevel.SMOKE : ValidationLevel.FULL,
                evaluation.sets(),
                evaluation.member(),
                threads.require(),
                Optional.ofNullable(report),
                policy.asked());
    }

    private MergeBase requireOne() {
        if (mergeBase == MergeBase.MEASURED) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--merge-base measured is for a merge that is yet to be made; --merged is one onto trained or original: say which");
        }
        return mergeBase;
    }
}
