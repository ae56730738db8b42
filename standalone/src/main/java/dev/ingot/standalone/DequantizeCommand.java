package dev.ingot.standalone;

import dev.ingot.pipeline.request.RunRequest.OutputDType;
import dev.ingot.standalone.local.DequantizeOptions;
import dev.ingot.standalone.local.LocalDequantization;
import dev.ingot.standalone.terminal.Terminal;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Gives a quantized base back in 16 bit, for folders on this machine. */
@Command(
        name = "dequantize",
        header = {
            "Gives a quantized base back in 16 bit: exactly the values that training on it saw.",
            "",
            "  ingot dequantize --base ./llama-13b-nf4 --out ./llama-13b-16bit",
            "  ingot dequantize --base ./llama-13b-nf4 --out ./llama-13b-float16 --dtype float16",
            "  ingot dequantize --base ./llama-13b --out ./as-training-saw-it --quantization-config nf4-double",
            ""
        },
        description = {
            "",
            "Each tensor comes back in the dtype that its file records, rounded once as the GPU does it. The",
            "folder loads in transformers like any 16-bit checkpoint: config.json no longer speaks of",
            "quantization; tokenizer and generation settings go along. A base that is not quantized is",
            "refused, unless --quantization-config says how training quantized it while loading, or --dtype",
            "asks to convert it.",
            "",
            "The checkpoint appears in --out, all or nothing: a refused or interrupted run leaves nothing.",
            ""
        },
        sortOptions = false)
final class DequantizeCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Option(
            names = "--base",
            required = true,
            paramLabel = "WHERE",
            description =
                    "A folder, org/name[@revision] in Hugging Face's cache, hf://org/name[@revision] or s3://bucket/prefix: the quantized"
                            + " base, or with --quantization-config the 16-bit one that training loaded.")
    String base;

    @Option(
            names = "--out",
            required = true,
            paramLabel = "DIR",
            description = "Where the checkpoint goes: a new or empty folder.")
    Path out;

    @Option(
            names = "--dtype",
            converter = DTypeConverter.class,
            defaultValue = "auto",
            paramLabel = "TYPE",
            description =
                    "auto (each tensor's own), float16, bfloat16 or float32; other than auto it is a second rounding,"
                            + " after the one of dequantizing. Default: ${DEFAULT-VALUE}.")
    OutputDType dtype;

    @Mixin
    QuantizationConfigOption quantizationConfig;

    @Mixin
    SwapNibblesOption swapNibbles;

    @Mixin
    WritingOptions writing;

    @Option(
            names = "--provenance",
            description =
                    "SHA-256 of every file of the output (otherwise CRC32C, which costs nothing); --json shows them.")
    boolean provenance;

    @Mixin
    CommonOptions common;

    DequantizeCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws Exception {
        return new LocalDequantization(terminal, options(), common.json).run().code();
    }

    private DequantizeOptions options() throws IOException {
        return new DequantizeOptions(
                base,
                out,
                dtype,
                quantizationConfig.text(),
                swapNibbles.isGiven,
                writing.shardSize.require(),
                provenance,
                writing.threads.require());
    }
}
