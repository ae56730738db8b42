package dev.ingot.pipeline.source.hub;

import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Where the hub is, who asks, and where what was downloaded stays.
 *
 * @param endpoint {@code https://host[:port]}; plain http is for a hub of one's own
 * @param token sent to the endpoint and to nobody else
 * @param hosts that the hub may redirect to besides itself: {@code host}, {@code host:port}, or {@code *.domain}, which stands for public addresses only
 * @param cache folder, made when it is needed
 */
public record HubAccess(URI endpoint, Optional<String> token, List<String> hosts, Path cache) {
    public static final String PUBLIC_ENDPOINT = "https://huggingface.co";
    private static final List<String> PUBLIC_HOSTS = List.of("*.huggingface.co", "*.hf.co");

    public HubAccess {
        if (endpoint.getScheme() == null
                || !endpoint.getScheme().matches("https?")
                || endpoint.getHost() == null
                || endpoint.getUserInfo() != null) {
            throw new IllegalArgumentException(
                    "the hub's endpoint '" + endpoint.getHost() + "' is not of the form https://host[:port]");
        }
        hosts = List.copyOf(hosts);
    }

    /** With the hosts that the public hub keeps its files on, where it is the endpoint. */
    public static HubAccess of(String endpoint, Optional<String> token, List<String> hosts, Path cache) {
        URI uri = URI.create(endpoint.replaceFirst("/+$", ""));
        List<String> all = new ArrayList<>(hosts);
        if (uri.toString().equals(PUBLIC_ENDPOINT)) {
            all.addAll(PUBLIC_HOSTS);
        }
        return new HubAccess(uri, token.filter(text -> !text.isBlank()), all, cache);
    }

    /**
     * By the variables that Hugging Face's own tools read, {@code HF_ENDPOINT} and {@code HF_TOKEN}, and two of Ingot's: {@code INGOT_HUB_HOSTS} (with commas between) and
     * {@code INGOT_HUB_CACHE}.
     */
    public static HubAccess fromEnvironment(Map<String, String> variables) {
        String endpoint = variables.getOrDefault("HF_ENDPOINT", "");
        return of(
                endpoint.isBlank() ? PUBLIC_ENDPOINT : endpoint,
                Optional.ofNullable(variables.get("HF_TOKEN")),
                Arrays.stream(variables.getOrDefault("INGOT_HUB_HOSTS", "").split(","))
                        .map(String::strip)
                        .filter(host -> !host.isEmpty())
                        .toList(),
                cache(variables));
    }

    /** {@code INGOT_HUB_CACHE}, or {@code ingot/hub} in the user's cache folder. */
    public static Path cache(Map<String, String> variables) {
        String own = variables.getOrDefault("INGOT_HUB_CACHE", "");
        if (!own.isBlank()) {
            return Path.of(own);
        }
        String caches = variables.getOrDefault("XDG_CACHE_HOME", "");
        Path folder = caches.isBlank() ? Path.of(System.getProperty("user.home"), ".cache") : Path.of(caches);
        return folder.resolve("ingot").resolve("hub");
    }

    /** Without the token. */
    @Override
    public String toString() {
        return endpoint.toString();
    }
}
