package dev.ingot.pipeline.source;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.source.FileInfo;
import dev.ingot.checkpoint.source.RangedFile;
import dev.ingot.pipeline.source.hub.HubAddress;
import dev.ingot.pipeline.store.ObjectInfo;
import dev.ingot.pipeline.store.ObjectReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What callers of a service may write as a location, held against a service that may read one folder, one bucket and one organization of a hub: a case a line. Whatever is refused is
 * refused before a folder, bucket or hub is touched.
 */
class LocationRulesTest {
    @TempDir
    Path temp;

    private final List<String> touched = new ArrayList<>();
    private Sources sources;

    @BeforeEach
    void allowOneOfEach() throws IOException {
        Path root = temp.toRealPath();
        Files.createDirectories(root.resolve("allowed/model"));
        Files.createDirectories(root.resolve("secret/model"));
        Files.createSymbolicLink(root.resolve("allowed/link"), root.resolve("secret/model"));
        sources = Sources.folders(List.of(root.resolve("allowed")))
                .withBucket("models", new Watched(touched))
                .withHub(location -> {
                    HubAddress address = HubAddress.parse(location);
                    touched.add(address.toString());
                    return FolderFiles.of(root.resolve("allowed/model"));
                });
    }

    /** {@code ROOT} is the folder in which {@code allowed} and {@code secret} lie. */
    private String located(String text) throws IOException {
        return text.replace("ROOT", temp.toRealPath().toString());
    }

    @ParameterizedTest
    @CsvSource({
        // folders
        "ROOT/secret/model, source.not-allowed",
        "ROOT/allowed/../secret/model, source.not-allowed",
        "ROOT/allowed/model/../../secret/model, source.not-allowed",
        "ROOT/allowed/link, source.not-allowed",
        "ROOT/Allowed/model, source.not-allowed",
        "ROOT, source.not-allowed",
        "/, source.not-allowed",
        "/proc/self/root/etc, source.not-allowed",
        "/etc, source.not-allowed",
        "~, source.not-allowed",
        "model, source.not-allowed",
        // file:
        "file://ROOT/secret/model, source.not-allowed",
        "file:ROOT/secret/model, source.not-allowed",
        "file://ROOT/allowed/../secret/model, source.not-allowed",
        "file://ROOT/allowed/%2e%2e/secret/model, source.location",
        "file://ROOT/allowed/%2E./secret/model, source.location",
        "file://ROOT/allowed/..%2fsecret/model, source.location",
        "file://ROOT/allowed%2Fmodel, source.location",
        "file://ROOT/allowed%5Cmodel, source.location",
        "file://ROOT/allowed//model, source.location",
        "file:///ROOT/allowed/model, source.location",
        "file://ROOT/allowed/model%00, source.location",
        "file://ROOT/allowed/model%0a, source.location",
        "file://ROOT/allowed/model?x=y, source.location",
        "file://ROOT/allowed/model#x, source.location",
        "file://host.example/allowed, source.location",
        "file://127.0.0.1/allowed, source.location",
        "file://user@localhost/allowed, source.location",
        "file://localhost:80/allowed, source.location",
        "file:allowed/model, source.location",
        "file:, source.location",
        "FILE://ROOT/allowed/model, source.location",
        // s3:
        "s3://other/base, source.not-allowed",
        "s3://models.evil/base, source.not-allowed",
        "s3://Models/base, source.location",
        "s3://models:443/base, source.location",
        "s3://key:secret@models/base, source.location",
        "s3://models@evil/base, source.location",
        "s3://evil#models/base, source.location",
        "s3://evil?models/base, source.location",
        "s3://169.254.169.254/latest, source.location",
        "s3://127.0.0.1/x, source.location",
        "s3://2130706433/x, source.location",
        "s3://a..b/x, source.location",
        "s3://a.-b/x, source.location",
        "s3://ab, source.location",
        "s3://%6dodels/base, source.location",
        "s3:///base, source.location",
        "s3:models/base, source.location",
        "S3://models/base, source.location",
        "s3://models/../other/base, source.name",
        "s3://models/base/.., source.name",
        "s3://models/./base, source.name",
        "s3://models//base, source.name",
        "s3://models/base//, source.name",
        "s3://models/a%2fb, source.name",
        "s3://models/%2e%2e/b, source.name",
        "s3://models/a%5cb, source.name",
        "s3://models/a%00b, source.name",
        "'s3://models/a\\b', source.name",
        // hf:
        "hf://name, source.location",
        "hf://org/name/more, source.location",
        "hf://org/.., source.location",
        "hf://../name, source.location",
        "hf://org%2Fname, source.location",
        "hf://org/na%2e%2eme, source.location",
        "hf://token@host/name, source.location",
        "hf://org:80/name, source.location",
        "hf://org/name?x=y, source.location",
        "hf://org/name@, source.location",
        "hf://org/name@../main, source.location",
        "hf://org/name@main%2F..%2Fx, source.location",
        "hf://org/name@main?x, source.location",
        "hf://org/name@-x, source.location",
        "hf://org/name#../x, source.name",
        "hf://org/name#/x, source.name",
        "hf://org/name#a//b, source.name",
        "hf://org/name#a%2Fb, source.name",
        "hf:org/name, source.location",
        "HF://org/name, source.location",
        "hf+ssh://org/name, source.location",
        // anything else
        "http://models.example/base, source.location",
        "https://huggingface.co/org/name, source.location",
        "http://169.254.169.254/latest, source.location",
        "ftp://host/x, source.location",
        "gs://bucket/x, source.location",
        "jar:file:/x.jar!/y, source.location",
        "data:text/plain;x, source.location",
        "ssh://host/x, source.location",
        "javascript:0, source.location",
    })
    void whatMayNotBeReadIsRefusedBeforeItIsTouched(String text, String code) throws IOException {
        String location = located(text);
        RefusedInput refused = assertThrows(RefusedInput.class, () -> sources.open(location));
        assertEquals(code, refused.code(), refused.getMessage());
        assertEquals(List.of(), touched);
    }

    @ParameterizedTest
    @CsvSource({
        "ROOT/allowed/model, file://ROOT/allowed/model/",
        "ROOT/secret/../allowed/model, file://ROOT/allowed/model/",
        "ROOT/allowed/link/../model, file://ROOT/allowed/model/",
        "file://ROOT/allowed/model, file://ROOT/allowed/model/",
        "file:ROOT/allowed/model/, file://ROOT/allowed/model/",
        "file://localhostROOT/allowed/mod%65l, file://ROOT/allowed/model/",
        "s3://models, s3://models/",
        "s3://models/a b/c, s3://models/a b/c/",
        "s3://models/a%20..b/c, s3://models/a%20..b/c/",
    })
    void whatMayBeReadIsOpenedUnderOneName(String text, String location) throws IOException {
        assertEquals(located(location), sources.open(located(text)).location());
    }

    @Test
    void aControlCharacterIsRefusedAndNotRepeated() {
        for (String text : List.of("s3://models/a\u0000b", "hf://org/name@a\nb", "/allowed/\u001b[31m", "/a\u0085b")) {
            RefusedInput refused = assertThrows(RefusedInput.class, () -> sources.open(text));
            assertEquals("source.location", refused.code());
            assertTrue(refused.getMessage().chars().noneMatch(Character::isISOControl));
        }
        assertEquals(List.of(), touched);
    }

    /** An empty bucket that tells what it was asked for. */
    private record Watched(List<String> asked) implements ObjectReader {
        @Override
        public List<ObjectInfo> list(String prefix) {
            asked.add(prefix);
            return List.of();
        }

        @Override
        public Optional<RangedFile> open(String key) {
            asked.add(new FileInfo(key, 0, "").name());
            return Optional.empty();
        }
    }
}
