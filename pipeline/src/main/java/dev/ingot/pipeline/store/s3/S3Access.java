package dev.ingot.pipeline.store.s3;

import java.net.URI;
import java.util.Map;
import java.util.Optional;

/**
 * Where an S3 service is and who asks.
 *
 * @param endpoint {@code https://host[:port]}
 * @param region as the service names its own; a wrong one is refused by the service
 * @param sessionToken of short-lived keys
 */
public record S3Access(URI endpoint, String region, String accessKey, String secretKey, Optional<String> sessionToken) {
    private static final String OWN = "INGOT_STORE_S3_";
    private static final String DEFAULT_REGION = "us-east-1";

    public S3Access {
        if (endpoint.getScheme() == null || !endpoint.getScheme().matches("https?") || endpoint.getHost() == null) {
            throw new IllegalArgumentException(
                    "S3 endpoint '" + endpoint + "' is not of the form http://host:port or https://host:port");
        }
        if (region.isBlank() || accessKey.isBlank() || secretKey.isBlank()) {
            throw new IllegalArgumentException("S3 at " + endpoint + " needs a region, an access key and a secret key");
        }
    }

    public static S3Access of(String endpoint, String region, String accessKey, String secretKey) {
        return new S3Access(URI.create(endpoint), region, accessKey, secretKey, Optional.empty());
    }

    /**
     * By the variables of the services ({@code INGOT_STORE_S3_ENDPOINT}, {@code _REGION}, {@code _ACCESS_KEY}, {@code _SECRET_KEY}) where they name an endpoint; else by those that
     * every S3 tool reads ({@code AWS_ACCESS_KEY_ID} …). Empty when they hold no keys.
     */
    public static Optional<S3Access> fromEnvironment(Map<String, String> variables) {
        String own = variables.getOrDefault(OWN + "ENDPOINT", "");
        String ownKey = variables.getOrDefault(OWN + "ACCESS_KEY", "");
        String ownSecret = variables.getOrDefault(OWN + "SECRET_KEY", "");
        if (!own.isBlank() && !ownKey.isBlank() && !ownSecret.isBlank()) {
            return Optional.of(of(own, first(variables, DEFAULT_REGION, OWN + "REGION"), ownKey, ownSecret));
        }
        String accessKey = variables.getOrDefault("AWS_ACCESS_KEY_ID", "");
        String secretKey = variables.getOrDefault("AWS_SECRET_ACCESS_KEY", "");
        if (accessKey.isBlank() || secretKey.isBlank()) {
            return Optional.empty();
        }
        String region = first(variables, DEFAULT_REGION, "AWS_REGION", "AWS_DEFAULT_REGION");
        String endpoint =
                first(variables, "https://s3." + region + ".amazonaws.com", "AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL");
        Optional<String> token =
                Optional.ofNullable(variables.get("AWS_SESSION_TOKEN")).filter(text -> !text.isBlank());
        return Optional.of(new S3Access(URI.create(endpoint), region, accessKey, secretKey, token));
    }

    private static String first(Map<String, String> variables, String otherwise, String... names) {
        for (String name : names) {
            String value = variables.getOrDefault(name, "");
            if (!value.isBlank()) {
                return value;
            }
        }
        return otherwise;
    }

    /** Without the secrets, so that it may be logged. */
    @Override
    public String toString() {
        return "S3 at " + endpoint + " (region " + region + ", access key " + accessKey + ")";
    }
}
