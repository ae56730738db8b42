package dev.ingot.pipeline.store.s3;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.net.URI;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class S3AccessTest {
    @Test
    void the_usual_variables_are_read() {
        S3Access access = S3Access.fromEnvironment(Map.of(
                        "AWS_ACCESS_KEY_ID", "key",
                        "AWS_SECRET_ACCESS_KEY", "very-secret",
                        "AWS_SESSION_TOKEN", "very-short-lived",
                        "AWS_REGION", "eu-west-1"))
                .orElseThrow();
        assertEquals(URI.create("https://s3.eu-west-1.amazonaws.com"), access.endpoint());
        assertEquals(Optional.of("very-short-lived"), access.sessionToken());
    }

    @Test
    void an_environment_without_keys_gives_no_access() {
        assertEquals(Optional.empty(), S3Access.fromEnvironment(Map.of("AWS_REGION", "eu-west-1")));
    }

    @Test
    void no_secret_is_printed() {
        S3Access access = new S3Access(
                URI.create("https://host"), "local", "key", "very-secret", Optional.of("very-short-lived"));
        assertFalse(access.toString().contains("very"));
        try (S3Client client = S3Client.connect(access)) {
            assertFalse(client.store("bucket", "").toString().contains("very"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"host:9000", "ftp://host", "/path", "https:///path"})
    void an_endpoint_of_another_form_is_a_mistake(String endpoint) {
        assertThrows(IllegalArgumentException.class, () -> S3Access.of(endpoint, "local", "key", "secret"));
    }
}
