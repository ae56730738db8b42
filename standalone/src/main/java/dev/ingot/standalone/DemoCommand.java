package dev.ingot.standalone;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.pipeline.event.kafka.embedded.EmbeddedKafka;
import dev.ingot.standalone.terminal.Terminal;
import dev.ingot.standalone.whole.Demo;
import dev.ingot.standalone.whole.Installation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The bundled run through the whole pipeline. */
@Command(
        name = "demo",
        header = {
            "Takes a bundled QLoRA run through the whole pipeline, in this process, in about a minute.",
            "",
            "  ingot demo",
            ""
        },
        description = {
            "",
            "Starts a real Kafka broker and all five services, submits two adapters of one small 4-bit Llama,",
            "shows how they go through, and ends with what was measured, why the embeddings were untied or",
            "stayed tied, and how to load the models. Then everything stops. It needs no network.",
            ""
        },
        sortOptions = false)
final class DemoCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "Where models, store and log go; emptied first. Default: .ingot/demo beside Ingot.")
    Path data;

    @Mixin
    CommonOptions common;

    DemoCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws IOException {
        Path demo = Home.demo();
        if (!Files.isDirectory(demo.resolve("base-nf4"))) {
            throw new RefusedInput(
                    "demo.not-found",
                    "the bundled demo run is not in " + demo + ".",
                    "start Ingot by ./ingot in a whole clone of its repository");
        }
        Path folder = data == null ? Home.folder().resolve(".ingot/demo") : data;
        Installation installation =
                new Installation(folder, "127.0.0.1", EmbeddedKafka.freePort(), List.of(demo), true, !common.verbose);
        return Demo.run(terminal, installation, demo, common.json);
    }
}
