package dev.ingot.standalone.local;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.pipeline.source.Sources.Buckets;
import dev.ingot.pipeline.store.ObjectReader;
import dev.ingot.pipeline.store.s3.S3Access;
import dev.ingot.pipeline.store.s3.S3Client;
import java.util.Map;
import java.util.Optional;

/** The buckets of the S3 service that the environment names, as it does for services. Connects when the first is asked for, and stays so until the process ends. */
final class LocalBuckets implements Buckets {
    private final Map<String, String> variables;
    private Optional<S3Client> client = Optional.empty();

    LocalBuckets(Map<String, String> variables) {
        this.variables = variables;
    }

    /** RefusedInput {@code source.no-keys} where the environment names no service, or one without keys. */
    @Override
    public synchronized ObjectReader bucket(String name) {
        if (client.isEmpty()) {
            client = Optional.of(S3Client.connect(access(name)));
        }
        return client.get().bucket(name);
    }

    private S3Access access(String name) {
        try {
            return S3Access.fromEnvironment(variables).orElseThrow(() -> refused(name, "has no keys for it", null));
        } catch (IllegalArgumentException e) {
            throw refused(name, "does not say where it is: " + e.getMessage(), e);
        }
    }

    private static RefusedInput refused(String name, String fault, IllegalArgumentException cause) {
        String sentence = "s3://%s is in a bucket, and the environment %s.".formatted(name, fault);
        String remedy =
                "set INGOT_STORE_S3_ENDPOINT, INGOT_STORE_S3_ACCESS_KEY and INGOT_STORE_S3_SECRET_KEY (INGOT_STORE_S3_REGION where it is not us-east-1), as services"
                        + " have them, or AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION and AWS_ENDPOINT_URL";
        return cause == null
                ? new RefusedInput("source.no-keys", sentence, remedy)
                : new RefusedInput("source.no-keys", sentence, remedy, cause);
    }
}
