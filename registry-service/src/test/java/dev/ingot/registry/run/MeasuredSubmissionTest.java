package dev.ingot.registry.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.pipeline.RunRef;
import dev.ingot.pipeline.request.RunRequest;
import dev.ingot.pipeline.request.RunRequest.MergeBase;
import dev.ingot.pipeline.source.Sources;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MeasuredSubmissionTest {
    private static final NamedBase NAMED = new NamedBase(Sources.folders(List.of()), new NamedBaseTest.Teams(List.of()));

    private static RunRequest request(String more) throws IOException {
        String sent = """
                {"model": "bot", "base": "file:///models/nf4", "adapter": "s3://adapters/a", "trainedOn": "base-as-stored"%s}
                """.formatted(more);
        return SubmissionCheck.request(
                new RunRef("acme", "r1"),
                SubmissionReader.read(sent.getBytes(StandardCharsets.UTF_8)),
                NAMED,
                Instant.EPOCH);
    }

    @Test
    void aRequestForBothFormsOfTheBaseIsTaken() throws IOException {
        RunRequest taken = request(", \"mergeBase\": \"measured\", \"originalBase\": \"s3://models/fp16\"");

        assertEquals(MergeBase.MEASURED, taken.mergeBase());
        assertEquals("s3://models/fp16", taken.originalBase());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\'',
            value = {
                ", \"mergeBase\": \"measured\" | merge-base.one",
                ", \"originalBase\": \"s3://models/fp16\" | merge-base.unused-original",
                ", \"mergeBase\": \"measured\", \"originalBase\": \"fp16\" | request.unsupported-source",
                ", \"mergeBase\": \"measured\", \"originalBase\": \"s3://m/o\", \"validate\": \"structure\" | merge-base.not-measured",
            })
    void whatCannotBeMeasuredIsRefusedBeforeARunIsMade(String more, String code) {
        assertEquals(code, assertThrows(RefusedInput.class, () -> request(more)).code());
    }
}
