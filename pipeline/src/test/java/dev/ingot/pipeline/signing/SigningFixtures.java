package dev.ingot.pipeline.signing;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** What conformance/fixtures/signatures.py made with the reference implementation. */
final class SigningFixtures {
    private SigningFixtures() {}

    static Path of(String path) {
        try {
            return Path.of(SigningFixtures.class.getResource("/signing/" + path).toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    static String text(String path) throws IOException {
        return Files.readString(of(path));
    }

    /** Whoever has this public key. */
    static Trust key(String name) throws IOException {
        return new Trust.OneKey(VerifyingKey.read(text("keys/" + name + ".pub.pem"), name));
    }

    /** Whoever has a certificate under these. */
    static Trust certificates(String... names) throws IOException {
        StringBuilder all = new StringBuilder();
        for (String name : names) {
            all.append(text("certificates/" + name + ".pem"));
        }
        return Trust.roots(all.toString(), "the chain");
    }

    /** A copy that a test may damage. */
    static Path copy(String folder, Path to) throws IOException {
        Path from = of(folder);
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                Path target = to.resolve(from.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(target);
                } else {
                    Files.copy(file, target);
                }
            }
        }
        return to;
    }

    /** Signature and files, as a verifier does it. */
    static ModelSignature verify(Path folder, Trust trust) throws IOException, InterruptedException {
        Path signature = folder.resolve(SignedFiles.SIGNATURE);
        ModelSignature signed = ModelSignature.require(signature, trust);
        signed.requireFolder(folder, signature, false);
        return signed;
    }
}
