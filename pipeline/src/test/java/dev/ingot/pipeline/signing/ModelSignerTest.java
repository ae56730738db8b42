package dev.ingot.pipeline.signing;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingot.checkpoint.RefusedInput;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ModelSignerTest {
    private static final String DIGEST = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    @TempDir
    Path scratch;

    @ParameterizedTest
    @CsvSource({"p256.pem, p256", "p256.pkcs8.pem, p256", "p384.pem, p384", "p521.pem, p521"})
    void whatAKeySignsItsPublicHalfVerifies(String file, String key) throws Exception {
        ModelSigner signer = ModelSigner.ofKey(SigningFixtures.text("keys/" + file), file);
        Path signature = Files.write(scratch.resolve("model.sig"), signer.bundle(files()));
        assertEquals(
                files(),
                ModelSignature.require(signature, SigningFixtures.key(key)).files());
    }

    @ParameterizedTest
    @ValueSource(strings = {"signer", "code-signer"})
    void whatACertificateVouchesForTheRootVerifies(String certificate) throws Exception {
        Path signature = Files.write(
                scratch.resolve("model.sig"), certified(certificate, "chain").bundle(files()));
        assertEquals(
                files(),
                ModelSignature.require(signature, SigningFixtures.certificates("root"))
                        .files());
    }

    @ParameterizedTest
    @CsvSource({
        "rsa, signing.key-unsuitable, an RSA key",
        "rsa-pkcs1, signing.key-unsuitable, an RSA key",
        "ed25519, signing.key-unsuitable, an Ed25519 key",
        "p192, signing.key-unsuitable, P-192",
        "p224, signing.key-unsuitable, P-224",
        "with-parameters, signing.key-unsuitable, P-224",
        "secp256k1, signing.key-unsuitable, secp256k1",
        "encrypted, signing.key-encrypted, password",
        "encrypted-sec1, signing.key-encrypted, password",
        "without-public, signing.key-incomplete, its public half",
        "rsa.pub, signing.key-wrong, PUBLIC KEY"
    })
    void aKeyThatDoesNotSignIsRefusedByName(String key, String code, String named) throws Exception {
        String pem = SigningFixtures.text("unsuitable/" + key + ".pem");
        RefusedInput refused = assertThrows(RefusedInput.class, () -> ModelSigner.ofKey(pem, "The key"));
        assertEquals(code, refused.code());
        assertTrue(refused.getMessage().contains(named), refused.getMessage());
        assertFalse(
                refused.getMessage().contains(pem.lines().skip(1).findFirst().orElseThrow()), "the key shows");
    }

    @ParameterizedTest
    @ValueSource(strings = {"rsa", "ed25519", "p224", "secp256k1"})
    void aKeyThatDoesNotVerifyIsRefusedByName(String key) throws Exception {
        String pem = SigningFixtures.text("unsuitable/" + key + ".pub.pem");
        RefusedInput refused = assertThrows(RefusedInput.class, () -> VerifyingKey.read(pem, "The key"));
        assertEquals("signing.key-unsuitable", refused.code());
    }

    @Test
    void aPrivateKeyIsNoKeyToVerifyWith() throws Exception {
        String pem = SigningFixtures.text("keys/p256.pem");
        assertEquals(
                "signing.key-wrong",
                assertThrows(RefusedInput.class, () -> VerifyingKey.read(pem, "The key"))
                        .code());
    }

    @ParameterizedTest
    @CsvSource({
        "server, chain, signature.untrusted",
        "not-an-authority, chain, signature.untrusted",
        "signer, root, signature.untrusted",
        "signer, intermediate, signature.no-root",
        "root, chain, signing.certificate-other-key"
    })
    void aCertificateThatNobodyCouldVerifyDoesNotSign(String certificate, String chain, String code) {
        assertEquals(
                code,
                assertThrows(RefusedInput.class, () -> certified(certificate, chain))
                        .code());
    }

    /** Even where a root is trusted that the certificate of a server leads to. */
    @Test
    void aCertificateWithAnotherUsageIsNotBelieved() throws Exception {
        String server = SigningFixtures.text("certificates/server.pem");
        Trust roots = SigningFixtures.certificates("chain");
        Material.Chain chain = new Material.Chain(Certificates.read(server, "server"));
        RefusedInput refused = assertThrows(RefusedInput.class, () -> roots.require(chain, "the bundle"));
        assertTrue(refused.getMessage().contains("digitalSignature"), refused.getMessage());
    }

    @Test
    void base64HasOneFormOnly() {
        assertArrayEquals(new byte[] {'A'}, Envelope.base64("QQ==", "the text"));
        for (String other : List.of("QR==", "QQ", "QQ= =", "Q===")) {
            assertThrows(RefusedInput.class, () -> Envelope.base64(other, "the text"), other);
        }
    }

    @Test
    void pathsAreOrderedByFolderAndCodePoints() {
        Map<String, String> digests = Map.of(
                "sub-a", DIGEST, "sub/b", DIGEST, "B", DIGEST, "a", DIGEST, "\uFFEE", DIGEST, "\uD83D\uDD12", DIGEST);
        assertEquals(
                List.of("B", "a", "sub/b", "sub-a", "\uFFEE", "\uD83D\uDD12"),
                List.copyOf(SignedFiles.of("model", digests).digests().keySet()));
    }

    @Test
    void aSettingIsAPathOrTheTextItself() throws Exception {
        String pem = SigningFixtures.text("keys/p256.pem");
        String path = SigningFixtures.of("keys/p256.pem").toString();
        assertEquals(
                signer(Optional.of(path), Optional.empty(), Optional.empty()).hint(),
                signer(Optional.of(pem), Optional.empty(), Optional.empty()).hint());
        assertTrue(PemSetting.signer(Optional.empty(), Optional.empty(), Optional.empty())
                .isEmpty());
    }

    @Test
    void settingsThatGoTogetherHaveToBeTogether() {
        Optional<String> key = Optional.of(SigningFixtures.of("keys/p256.pem").toString());
        Optional<String> other =
                Optional.of(SigningFixtures.of("certificates/signer.pem").toString());
        for (List<Optional<String>> wrong : List.of(
                List.of(Optional.<String>empty(), other, other),
                List.of(key, other, Optional.<String>empty()),
                List.of(Optional.of("no such file"), Optional.<String>empty(), Optional.<String>empty()))) {
            RefusedInput refused =
                    assertThrows(RefusedInput.class, () -> PemSetting.signer(wrong.get(0), wrong.get(1), wrong.get(2)));
            assertEquals("signing.setting", refused.code());
        }
    }

    private static ModelSigner signer(Optional<String> key, Optional<String> certificate, Optional<String> chain)
            throws Exception {
        return PemSetting.signer(key, certificate, chain).orElseThrow();
    }

    private static ModelSigner certified(String certificate, String chain) throws Exception {
        return ModelSigner.ofCertificate(
                SigningFixtures.text("keys/p256.pem"),
                SigningFixtures.text("certificates/" + certificate + ".pem"),
                SigningFixtures.text("certificates/" + chain + ".pem"),
                "The key");
    }

    private static SignedFiles files() {
        return SignedFiles.of("model", Map.of("config.json", DIGEST, "sub/model.safetensors", DIGEST));
    }
}
