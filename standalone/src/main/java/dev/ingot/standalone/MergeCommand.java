package dev.ingot.standalone;

import dev.ingot.pipeline.request.RunRequest.ValidationLevel;
import dev.ingot.pipeline.signing.ModelSigner;
import dev.ingot.standalone.local.LocalRun;
import dev.ingot.standalone.local.MergeOptions;
import dev.ingot.standalone.terminal.Terminal;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Merges one adapter, or several, into one base, for folders on this machine. */
@Command(
        name = "merge",
        header = {
            "Merges an adapter, or several, into its base and checks the result, in this process.",
            "",
            "  ingot merge --base ./llama-13b-nf4 --adapter ./my-lora --out ./my-model",
            "  ingot merge --base ./llama-13b --adapter ./my-lora --out ./my-model \\",
            "              --trained-on stored --eval ./heldout.txt --dtype float16",
            "  ingot merge --base ./llama-13b --adapter ./my-qlora --out ./my-model \\",
            "              --quantization-config nf4-double",
            "  ingot merge --base ./llama-13b --adapter ./style --adapter ./facts:0.5 --out ./my-model",
            "  ingot merge --base hf://meta-llama/Llama-3.2-1B --adapter ./outputs --out ./my-model \\",
            "              --checkpoint best",
            "  ingot merge --base s3://models/llama-13b --adapter ./run/global_step500 --out ./my-model \\",
            "              --adapter-config ./lora.json",
            ""
        },
        description = {
            "",
            "The checkpoint appears in --out with report.html, report.json and a model card, all or nothing:",
            "a refused or interrupted run leaves nothing behind. Nothing but --out is written, and what hf://",
            "downloads.",
            ""
        },
        sortOptions = false)
final class MergeCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Option(
            names = "--base",
            paramLabel = "WHERE",
            description =
                    "The base that the adapter was trained on: a folder; org/name[@revision], if Hugging Face's cache has it"
                            + " (HF_HUB_CACHE, HF_HOME); hf://org/name[@revision], which downloads it (HF_ENDPOINT, HF_TOKEN; kept in"
                            + " INGOT_HUB_CACHE); or s3://bucket/prefix (INGOT_STORE_S3_ENDPOINT, …_REGION, …_ACCESS_KEY, …_SECRET_KEY,"
                            + " or the AWS_… variables). Default: the one that the adapter names.")
    String base;

    @Mixin
    TrainedOptions trained;

    @Mixin
    MergeBaseOptions mergeBase;

    @Option(
            names = "--out",
            required = true,
            paramLabel = "DIR",
            description = "Where the checkpoint goes: a new or empty folder.")
    Path out;

    @Mixin
    OutputOptions output;

    @Option(
            names = "--validate",
            defaultValue = "smoke",
            paramLabel = "LEVEL",
            description =
                    "off, structure, smoke (measures for about as long as the merge takes) or full. Default: ${DEFAULT-VALUE}.")
    ValidationLevel validate;

    @Mixin
    EvaluationOptions evaluation;

    @Mixin
    PolicyOption policy;

    @Mixin
    OverrideOptions overriding;

    @Mixin
    WritingOptions writing;

    @Option(
            names = "--provenance",
            description =
                    "SHA-256 of every input and output (otherwise CRC32C, which costs nothing), and with the checkpoint its plan, a"
                            + " statement of what it was made from, and a model signature if there is a key.")
    boolean provenance;

    @Mixin
    SigningOptions signing;

    @Option(
            names = {"--keep-refused", "--keep-rejected"},
            description = "Deliver the checkpoint even if a gate refuses it; the exit code stays 4.")
    boolean keepRejected;

    @Option(
            names = "--scratch",
            paramLabel = "DIR",
            description = "Keep the run's plan, markers and report under DIR (they stay in memory otherwise).")
    Path scratch;

    @Mixin
    CommonOptions common;

    MergeCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws Exception {
        Optional<ModelSigner> signer = provenance || signing.isGiven() ? signing.signer() : Optional.empty();
        return new LocalRun(terminal, options(), common.json, Version.number(), signer)
                .run()
                .code();
    }

    private MergeOptions options() throws IOException {
        return new MergeOptions(
                trained.on(base),
                mergeBase.mergeBase,
                mergeBase.original(),
                out,
                output.dtype,
                output.tie,
                validate,
                evaluation.sets(),
                evaluation.member(),
                writing.shardSize.require(),
                provenance || signing.isGiven(),
                keepRejected,
                writing.threads.require(),
                Optional.ofNullable(scratch),
                policy.asked(),
                overriding.asked());
    }
}
