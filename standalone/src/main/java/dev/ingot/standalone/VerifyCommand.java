package dev.ingot.standalone;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.json.Json;
import dev.ingot.checkpoint.json.JsonNumber;
import dev.ingot.checkpoint.json.JsonObject;
import dev.ingot.checkpoint.json.JsonText;
import dev.ingot.checkpoint.json.JsonValue;
import dev.ingot.pipeline.provenance.PublishedFolder;
import dev.ingot.pipeline.provenance.PublishedFolder.Verified;
import dev.ingot.pipeline.signing.Trust;
import dev.ingot.standalone.terminal.Amounts;
import dev.ingot.standalone.terminal.ExitCode;
import dev.ingot.standalone.terminal.Terminal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Holds a folder against its signature and its provenance statement. */
@Command(
        name = "verify",
        header = {
            "Checks that a folder is, file for file, what its signer published; offline.",
            "",
            "  ingot verify ./my-model --key signer.pub.pem",
            "  ingot verify ./my-model --certificate-chain root.pem",
            ""
        },
        description = {
            "",
            "Every file but the signature is there with the digest that was signed, no other file is, and the",
            "provenance statement, if there is one, is signed by the same key and about these files. Verifies",
            "what Ingot signed, and what the reference implementation of OpenSSF Model Signing did",
            "(model_signing sign key, sign certificate).",
            ""
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:every file is as it was signed, by a key that is trusted",
            "1:Ingot's own fault; the message says what to send us",
            "2:wrong usage; nothing was read",
            "3:a file, the signature, the statement or the key is not right, or one is missing: the message says which",
            "5:a file could not be read: try again"
        },
        sortOptions = false)
final class VerifyCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Parameters(index = "0", paramLabel = "DIR", description = "The folder with the model.")
    Path folder;

    @Mixin
    TrustOptions trust;

    @Option(names = "--signature", paramLabel = "FILE", description = "The model signature. Default: DIR/model.sig.")
    Path signature;

    @Option(
            names = "--allow-symlinks",
            description =
                    "Let links count as what they lead to, as in Hugging Face's cache; they are refused otherwise.")
    boolean allowLinks;

    @Option(
            names = "--unsigned",
            description = "Compare the files with a statement that nobody signed: finds damage, not deceit.")
    boolean unsigned;

    @Mixin
    CommonOptions common;

    VerifyCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (!Files.isDirectory(folder)) {
            throw new RefusedInput(
                    "verify.not-found",
                    "%s: expected a folder, found %s.".formatted(folder, Files.exists(folder) ? "a file" : "nothing"),
                    "check the path");
        }
        PublishedFolder published = signature == null
                ? PublishedFolder.of(folder, allowLinks)
                : new PublishedFolder(folder, signature, allowLinks);
        Verified verified = unsigned ? published.compareUnsigned() : published.verify(requireTrust());
        say(verified);
        return ExitCode.DELIVERED.code();
    }

    private Trust requireTrust() throws IOException {
        return trust.trust()
                .orElseThrow(() -> new RefusedInput(
                        "verify.no-key",
                        "Nothing says whose signature is expected on " + folder + ".",
                        "pass --key with the signer's public key, or --certificate-chain with a root"));
    }

    private void say(Verified verified) {
        Optional<String> plan = verified.statement().map(statement -> "sha256:" + statement.planDigest());
        if (common.json) {
            Map<String, JsonValue> members = new LinkedHashMap<>();
            members.put("verdict", new JsonText(verified.key().isEmpty() ? "unsigned" : "verified"));
            members.put("key", new JsonText(verified.key()));
            members.put("files", JsonNumber.of(verified.files().size()));
            plan.ifPresent(digest -> members.put("plan", new JsonText(digest)));
            terminal.out().print(Json.write(new JsonObject(members)));
            return;
        }
        String files = Amounts.count(verified.files().size(), "file");
        terminal.result(
                verified.key().isEmpty()
                        ? "unsigned  %s in %s, each as the statement says, which nobody signed".formatted(files, folder)
                        : "verified  %s in %s, each as signed by key %s".formatted(files, folder, verified.key()));
        plan.ifPresent(
                digest -> terminal.result("  made by plan %s; `ingot rebuild --check` repeats it".formatted(digest)));
    }
}
