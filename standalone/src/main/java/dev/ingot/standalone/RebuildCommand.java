package dev.ingot.standalone;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.json.Json;
import dev.ingot.checkpoint.json.JsonObject;
import dev.ingot.checkpoint.json.JsonText;
import dev.ingot.checkpoint.json.JsonValue;
import dev.ingot.pipeline.RunRef;
import dev.ingot.pipeline.provenance.PublishedPlan;
import dev.ingot.pipeline.signing.FolderDigests;
import dev.ingot.pipeline.signing.Trust;
import dev.ingot.standalone.client.Models;
import dev.ingot.standalone.client.Models.Model;
import dev.ingot.standalone.client.Models.Version;
import dev.ingot.standalone.client.Models.VersionFile;
import dev.ingot.standalone.local.LocalRebuild;
import dev.ingot.standalone.terminal.Amounts;
import dev.ingot.standalone.terminal.ExitCode;
import dev.ingot.standalone.terminal.Terminal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Makes a published checkpoint again from its plan, and compares every file that the plan determines. */
@Command(
        name = "rebuild",
        header = {
            "Makes a checkpoint again from its plan, and checks that every file has the same SHA-256.",
            "",
            "  ingot rebuild ./my-model --base ./llama-13b-nf4 --adapter ./my-lora --check",
            "  ingot rebuild my-team/support-bot@3 --base ./llama-13b-nf4 --adapter ./my-lora --check",
            ""
        },
        description = {
            "",
            "Refuses a base or an adapter that is not the one that the provenance statement names by its",
            "digests. Writes nothing. Without --key or --certificate-chain the statement is taken as it is.",
            ""
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:every file came out with the digest that it was published with",
            "1:Ingot's own fault; the message says what to send us",
            "2:wrong usage; nothing was done",
            "3:a file came out otherwise, base or adapter are not those of the statement, or the signature is not right",
            "5:a dependency failed (registry, hub, disk): try again"
        },
        sortOptions = false)
final class RebuildCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Parameters(
            index = "0",
            paramLabel = "WHAT",
            description =
                    "A folder that `ingot merge --provenance` or `ingot pull` wrote, or MODEL or TEAM/MODEL, with @VERSION or @ALIAS.")
    String named;

    @Option(names = "--check", required = true, description = "Compare, and keep nothing.")
    boolean check;

    @Option(
            names = "--base",
            paramLabel = "WHERE",
            description = "Where the base is now, as for merge. Default: where the plan found it.")
    String base;

    @Option(
            names = "--adapter",
            paramLabel = "WHERE",
            description =
                    "Where the adapter is now; once for each of several, in their order. Default: where the plan found it.")
    List<String> adapters = List.of();

    @Option(names = "--threads", paramLabel = "N", description = "Processors to use. Default: all.")
    Integer threads;

    @Mixin
    TrustOptions trust;

    @Mixin
    ServerOptions server;

    @Mixin
    CommonOptions common;

    RebuildCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        Optional<Trust> trusted = trust.trust();
        Path folder = Path.of(named);
        LocalRebuild rebuild = Files.isDirectory(folder) ? ofFolder(folder, trusted) : ofVersion(trusted);
        Map<String, String> same = rebuild.check(terminal);
        say(rebuild.published(), same);
        return ExitCode.DELIVERED.code();
    }

    private LocalRebuild ofFolder(Path folder, Optional<Trust> trusted) throws IOException {
        PublishedPlan published = PublishedPlan.read(folder, trusted);
        Map<String, String> found = new TreeMap<>();
        for (String file : published.determined()) {
            Path path = folder.resolve(file);
            if (Files.isRegularFile(path)) {
                found.put(file, FolderDigests.sha256(path));
            }
        }
        return of(published, found);
    }

    /** Of a published version only the documents are fetched: its manifest has the digests. */
    private LocalRebuild ofVersion(Optional<Trust> trusted) throws IOException, InterruptedException {
        String[] parts = named.split("@", 2);
        RunRef ref = server.run(parts[0]);
        Models models = new Models(server.registry());
        Model model = models.of(ref.team(), ref.run());
        Version version = model.version(parts.length == 2 ? parts[1] : "")
                .orElseThrow(() -> new RefusedInput(
                        "model.no-version",
                        "%s has no such version.".formatted(named),
                        "`ingot models %s/%s` lists them".formatted(ref.team(), ref.run())));
        Path documents = Files.createTempDirectory("ingot-rebuild");
        try {
            for (VersionFile file : version.files()) {
                if (PublishedPlan.DOCUMENTS.contains(file.path())) {
                    models.download(model, version, file, documents.resolve(file.path()))
                            .fetch(bytes -> {});
                }
            }
            Map<String, String> manifest =
                    version.files().stream().collect(Collectors.toMap(VersionFile::path, VersionFile::sha256));
            return of(PublishedPlan.read(documents, trusted), manifest);
        } finally {
            Trees.delete(documents);
        }
    }

    private LocalRebuild of(PublishedPlan published, Map<String, String> found) {
        int processors = threads == null ? Runtime.getRuntime().availableProcessors() : Math.max(1, threads);
        return new LocalRebuild(published, found, Optional.ofNullable(base), adapters, processors);
    }

    private void say(PublishedPlan published, Map<String, String> same) {
        if (common.json) {
            Map<String, JsonValue> files = new LinkedHashMap<>();
            same.forEach((file, digest) -> files.put(file, new JsonText(digest)));
            Map<String, JsonValue> members = new LinkedHashMap<>();
            members.put("verdict", new JsonText("same"));
            members.put("key", new JsonText(published.key()));
            members.put("files", new JsonObject(files));
            terminal.out().print(Json.write(new JsonObject(members)));
            return;
        }
        terminal.result("same  %s of %s come out as published".formatted(Amounts.count(same.size(), "file"), named));
        same.forEach((file, digest) -> terminal.result("  sha256:%s  %s".formatted(digest, file)));
        terminal.result(
                published.key().isEmpty()
                        ? "  nobody was asked to vouch for the statement; --key says whose signature it needs"
                        : "  plan and statement are signed by key " + published.key());
    }
}
