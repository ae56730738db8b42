package dev.ingot.pipeline.signing;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingot.checkpoint.RefusedInput;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Folders that the reference implementation signed. */
class ReferenceSignaturesTest {
    @TempDir
    Path scratch;

    @ParameterizedTest
    @CsvSource({"by-key, p256", "by-p384, p384"})
    void whatItSignedWithAKeyIsVerified(String folder, String key) throws Exception {
        ModelSignature signed = SigningFixtures.verify(SigningFixtures.of(folder), SigningFixtures.key(key));
        assertEquals(
                List.of("Capital.txt", "config.json", "empty", "model.safetensors", "sub/b.txt", "sub-a.txt"),
                List.copyOf(signed.files().digests().keySet()));
    }

    @Test
    void whatItSignedWithACertificateIsVerifiedUnderTheRoot() throws Exception {
        ModelSignature signed =
                SigningFixtures.verify(SigningFixtures.of("by-certificate"), SigningFixtures.certificates("root"));
        assertEquals(
                VerifyingKey.read(SigningFixtures.text("keys/p256.pub.pem"), "the key")
                        .hint(),
                signed.key().hint());
    }

    /** Whatever byte of a bundle is changed: those of certificates that no path needs included. */
    @ParameterizedTest
    @ValueSource(strings = {"by-key", "by-certificate"})
    void everyFlippedByteOfABundleIsFound(String folder) throws Exception {
        Trust trust = folder.equals("by-key") ? SigningFixtures.key("p256") : SigningFixtures.certificates("chain");
        Path signature = scratch.resolve("model.sig");
        byte[] whole = Files.readAllBytes(SigningFixtures.of(folder + "/model.sig"));
        for (int at = 0; at < whole.length; at++) {
            byte[] damaged = whole.clone();
            damaged[at] ^= (byte) (1 << at % Byte.SIZE);
            Files.write(signature, damaged);
            int place = at;
            assertThrows(
                    RefusedInput.class,
                    () -> ModelSignature.require(signature, trust),
                    () -> "byte " + place + " of " + whole.length);
        }
    }

    @Test
    void everyFlippedByteOfAFileIsFound() throws Exception {
        Path folder = SigningFixtures.copy("by-key", scratch.resolve("model"));
        for (String file : List.of("config.json", "model.safetensors", "sub/b.txt")) {
            byte[] whole = Files.readAllBytes(folder.resolve(file));
            for (int at = 0; at < whole.length; at += Math.max(1, whole.length / 50)) {
                byte[] damaged = whole.clone();
                damaged[at] ^= 1;
                Files.write(folder.resolve(file), damaged);
                RefusedInput refused = differs(folder);
                assertTrue(refused.getMessage().contains(file + " differs"), refused.getMessage());
            }
            Files.write(folder.resolve(file), whole);
        }
        SigningFixtures.verify(folder, SigningFixtures.key("p256"));
    }

    @Test
    void aMissingAndAnExtraFileAreNamed() throws Exception {
        Path folder = SigningFixtures.copy("by-key", scratch.resolve("model"));
        Files.delete(folder.resolve("empty"));
        Files.writeString(folder.resolve("sub/new.py"), "");
        String found = differs(folder).getMessage();
        assertTrue(found.contains("empty is missing"), found);
        assertTrue(found.contains("sub/new.py is extra"), found);
    }

    @Test
    void whatGitKeepsDoesNotCount() throws Exception {
        Path folder = SigningFixtures.copy("by-key", scratch.resolve("model"));
        Files.createDirectories(folder.resolve(".git/objects"));
        Files.writeString(folder.resolve(".git/objects/x"), "x");
        Files.writeString(folder.resolve(".gitattributes"), "x");
        SigningFixtures.verify(folder, SigningFixtures.key("p256"));
        Files.writeString(folder.resolve(".gitx"), "x");
        assertTrue(differs(folder).getMessage().contains(".gitx is extra"));
    }

    @Test
    void aLinkIsRefusedUnlessLinksAreAllowed() throws Exception {
        Path folder = SigningFixtures.copy("by-key", scratch.resolve("model"));
        Path elsewhere = scratch.resolve("elsewhere");
        Files.move(folder.resolve("config.json"), elsewhere);
        Files.createSymbolicLink(folder.resolve("config.json"), elsewhere);
        Path signature = folder.resolve(SignedFiles.SIGNATURE);
        ModelSignature signed = ModelSignature.require(signature, SigningFixtures.key("p256"));
        RefusedInput refused = assertThrows(RefusedInput.class, () -> signed.requireFolder(folder, signature, false));
        assertEquals("signature.not-a-file", refused.code());
        signed.requireFolder(folder, signature, true);
    }

    @Test
    void anotherKeyIsNamed() {
        assertEquals("signature.other-key", refusal("by-key", () -> SigningFixtures.key("p521")));
    }

    @ParameterizedTest
    @CsvSource({"by-key, signature.other-method", "by-certificate, signature.untrusted"})
    void aStrangersRootDoesNotCount(String folder, String code) {
        assertEquals(code, refusal(folder, () -> SigningFixtures.certificates("other-root")));
    }

    @Test
    void anIntermediateAloneIsNoRoot() {
        assertEquals(
                "signature.no-root", refusal("by-certificate", () -> SigningFixtures.certificates("intermediate")));
    }

    @Test
    void aKeyIsNotEnoughForCertificates() {
        assertEquals("signature.other-method", refusal("by-certificate", () -> SigningFixtures.key("p256")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"sharded", "blake2"})
    void sumsOfAnotherKindAreRefusedByName(String folder) {
        assertEquals("signature.unsupported", refusal(folder, () -> SigningFixtures.key("p256")));
    }

    /** Same files, same order, same bundle but for what chance decides. */
    @Test
    void aBundleIsWrittenAsTheReferenceWritesIt() throws Exception {
        ModelSignature theirs = SigningFixtures.verify(SigningFixtures.of("by-key"), SigningFixtures.key("p256"));
        SignedFiles files = SignedFiles.of("by-key", theirs.files().digests());
        assertEquals(theirs.files().root(), files.root());
        byte[] bundle = ModelSigner.ofKey(SigningFixtures.text("keys/p256.pem"), "the key")
                .bundle(files);
        String ours = new String(bundle, StandardCharsets.UTF_8);
        String reference = SigningFixtures.text("by-key/model.sig");
        assertEquals(masked(reference), masked(ours));
        assertArrayEquals(
                Bundle.read(reference.getBytes(StandardCharsets.UTF_8), "theirs")
                        .write(),
                reference.getBytes(StandardCharsets.UTF_8));
        assertFalse(ours.equals(reference));
    }

    private static String masked(String bundle) {
        return bundle.replaceAll("\"(payload|sig)\":\"[^\"]*\"", "\"$1\":\"\"");
    }

    private RefusedInput differs(Path folder) {
        RefusedInput refused =
                assertThrows(RefusedInput.class, () -> SigningFixtures.verify(folder, SigningFixtures.key("p256")));
        assertEquals("signature.files-differ", refused.code());
        return refused;
    }

    private interface Trusted {
        Trust trust() throws Exception;
    }

    private static String refusal(String folder, Trusted trusted) {
        return assertThrows(
                        RefusedInput.class, () -> SigningFixtures.verify(SigningFixtures.of(folder), trusted.trust()))
                .code();
    }
}
