package dev.ingot.standalone;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.json.Json;
import dev.ingot.checkpoint.json.JsonNumber;
import dev.ingot.checkpoint.json.JsonObject;
import dev.ingot.checkpoint.json.JsonText;
import dev.ingot.pipeline.RunRef;
import dev.ingot.pipeline.provenance.PublishedFolder;
import dev.ingot.pipeline.provenance.PublishedFolder.Verified;
import dev.ingot.pipeline.signing.SignedFiles;
import dev.ingot.pipeline.signing.Trust;
import dev.ingot.standalone.client.Models;
import dev.ingot.standalone.client.Models.Model;
import dev.ingot.standalone.client.Models.Version;
import dev.ingot.standalone.client.Models.VersionFile;
import dev.ingot.standalone.terminal.Amounts;
import dev.ingot.standalone.terminal.ExitCode;
import dev.ingot.standalone.terminal.ProgressBoard;
import dev.ingot.standalone.terminal.Terminal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Fetches a published version. */
@Command(
        name = "pull",
        header = {
            "Fetches a published version and checks every file against its SHA-256.",
            "",
            "  ingot pull my-team/support-bot                       the newest version, into ./support-bot",
            "  ingot pull my-team/support-bot@production ./bot      what an alias points at",
            "  ingot pull my-team/support-bot@3 ./bot",
            ""
        },
        description = {
            "",
            "Files appear whole or not at all. Started again, it goes on where it broke off. With --key or",
            "--certificate-chain the signature of the version and its provenance statement are verified as",
            "well; the files stay if that fails.",
            ""
        },
        sortOptions = false)
final class PullCommand implements Callable<Integer> {
    private static final String PART = ".part";

    private final Terminal terminal;

    @Parameters(index = "0", paramLabel = "MODEL", description = "MODEL or TEAM/MODEL, with @VERSION or @ALIAS.")
    String named;

    @Parameters(index = "1", arity = "0..1", paramLabel = "DIR", description = "Where the files go. Default: ./MODEL.")
    Path folder;

    @Option(names = "--out", paramLabel = "DIR", description = "The same as DIR.")
    Path out;

    @Mixin
    TrustOptions trust;

    @Mixin
    ServerOptions server;

    @Mixin
    CommonOptions common;

    PullCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        Optional<Trust> trusted = trust.trust();
        String[] parts = named.split("@", 2);
        String wanted = parts.length == 2 ? parts[1] : "";
        RunRef ref = server.run(parts[0]);
        if (out == null) {
            out = folder == null ? Path.of(ref.run()) : folder;
        }
        Models models = new Models(server.registry());
        Model model = models.of(ref.team(), ref.run());
        Version version = model.version(wanted).orElseThrow(() -> unknown(model, wanted));
        requireRoom(version);
        try (ProgressBoard board = new ProgressBoard(terminal, List.of("pull"))) {
            fetch(models, model, version, board);
        }
        verify(trusted, version);
        say(model, version);
        return ExitCode.DELIVERED.code();
    }

    /** What was signed is what a consumer gets; a version without signature is refused where somebody's is asked for. */
    private void verify(Optional<Trust> trusted, Version version) throws IOException, InterruptedException {
        boolean signed = version.files().stream().anyMatch(file -> file.path().equals(SignedFiles.SIGNATURE));
        if (trusted.isPresent()) {
            Verified verified = PublishedFolder.of(out, false).verify(trusted.get());
            terminal.say("signature: by key " + verified.key() + ", over every file");
        } else if (signed) {
            terminal.say("signature: not verified; --key or --certificate-chain says whose it has to be");
        }
    }

    private void fetch(Models models, Model model, Version version, ProgressBoard board)
            throws IOException, InterruptedException {
        long before = 0;
        List<VersionFile> files = new ArrayList<>(version.files());
        // a loader looks for config.json first: it comes last
        files.sort(Comparator.comparing(file -> file.path().equals("config.json")));
        for (VersionFile file : files) {
            long done = before;
            models.download(model, version, file, out.resolve(file.path()))
                    .fetch(bytes -> board.at("pull", 0, done + bytes, version.size(), "bytes", file.path()));
            before += file.size();
        }
        board.ended("pull", "%d files, every SHA-256 as in the manifest".formatted(files.size()));
    }

    /** A folder with files of something else would end as a mixture. */
    private void requireRoom(Version version) throws IOException {
        if (!Files.exists(out)) {
            return;
        }
        Set<String> known = version.files().stream().map(VersionFile::path).collect(Collectors.toSet());
        try (Stream<Path> files = Files.walk(out)) {
            List<String> others = files.filter(Files::isRegularFile)
                    .map(file -> out.relativize(file).toString())
                    .map(name -> name.endsWith(PART) ? name.substring(0, name.length() - PART.length()) : name)
                    .filter(name -> !known.contains(name))
                    .toList();
            if (!others.isEmpty()) {
                throw new RefusedInput(
                        "out.not-empty",
                        "--out " + out + " holds " + others.getFirst() + ", which is not part of this version.",
                        "name another --out, or empty this one");
            }
        }
    }

    private static RefusedInput unknown(Model model, String wanted) {
        return new RefusedInput(
                "model.no-version",
                "%s/%s has no version or alias '%s'; it has versions %s and aliases %s."
                        .formatted(
                                model.team(),
                                model.name(),
                                wanted,
                                model.versions().stream().map(Version::number).toList(),
                                model.aliases().keySet()),
                "name one of these after the @");
    }

    private void say(Model model, Version version) {
        if (common.json) {
            terminal.out()
                    .print(Json.write(new JsonObject(Map.of(
                            "model",
                            new JsonText(model.team() + "/" + model.name()),
                            "version",
                            JsonNumber.of(version.number()),
                            "out",
                            new JsonText(out.toAbsolutePath().normalize().toString()),
                            "bytes",
                            JsonNumber.of(version.size())))));
            return;
        }
        terminal.say("%s/%s version %d, %s, in %s"
                .formatted(model.team(), model.name(), version.number(), Amounts.bytes(version.size()), out));
    }
}
