package dev.ingot.pipeline.source.hub;

import dev.ingot.checkpoint.RefusedInput;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import okhttp3.Dns;
import okhttp3.HttpUrl;

/**
 * Which hosts may be asked: the endpoint, and what the configuration lists. A host that only a {@code *.domain} covers has to have a public address; what is
 * looked up here is what is connected to, so that an answer cannot change in between.
 */
final class HubHosts implements Dns {
    private final HttpUrl endpoint;
    private final List<String> listed;
    private final Dns names;

    HubHosts(HttpUrl endpoint, List<String> listed, Dns names) {
        this.endpoint = endpoint;
        this.listed = listed.stream().map(host -> host.toLowerCase(Locale.ROOT)).toList();
        this.names = names;
    }

    /** Whether a request to there carries the token: same scheme, host and port as the endpoint. */
    boolean isEndpoint(HttpUrl url) {
        return url.scheme().equals(endpoint.scheme())
                && url.host().equals(endpoint.host())
                && url.port() == endpoint.port();
    }

    /** Refuses ({@code source.host-not-allowed}) to go there. */
    void require(HttpUrl url, String from) {
        boolean downgraded = endpoint.isHttps() && !url.isHttps();
        if (isEndpoint(url) || (!downgraded && isListed(url))) {
            return;
        }
        throw refused(
                from, authority(url), downgraded ? "without TLS" : "which is not a host of this hub");
    }

    /** RefusedInput {@code source.host-not-allowed} for what is no address, or one of another scheme than http and https. */
    RefusedInput noAddress(String location, String from) {
        return refused(from, "'" + location.replaceAll("\\p{Cc}", "?") + "'", "which is no address of http or https");
    }

    private RefusedInput refused(String from, String to, String fault) {
        return new RefusedInput(
                "source.host-not-allowed",
                "%s redirects to %s, %s; allowed: %s.".formatted(from, to, fault, String.join(", ", allowed())),
                "If that host belongs to the hub, allow it: INGOT_HUB_HOSTS (ingot.hub.hosts of a service).");
    }

    private boolean isListed(HttpUrl url) {
        String authority = url.host() + ":" + url.port();
        boolean usualPort = url.port() == HttpUrl.defaultPort(url.scheme());
        return listed.contains(authority) || (usualPort && (listed.contains(url.host()) || isCovered(url.host())));
    }

    private boolean isCovered(String host) {
        return listed.stream().anyMatch(rule -> rule.startsWith("*.") && host.endsWith(rule.substring(1)));
    }

    private List<String> allowed() {
        return Stream.concat(Stream.of(authority(endpoint)), listed.stream()).toList();
    }

    private static String authority(HttpUrl url) {
        boolean usualPort = url.port() == HttpUrl.defaultPort(url.scheme());
        return url.scheme() + "://" + url.host() + (usualPort ? "" : ":" + url.port());
    }

    @Override
    public List<InetAddress> lookup(String host) throws UnknownHostException {
        List<InetAddress> addresses = names.lookup(host);
        boolean byName = host.equals(endpoint.host())
                || listed.stream()
                        .anyMatch(rule -> rule.replaceFirst(":\\d+$", "").equals(host));
        for (InetAddress address : addresses) {
            if (!byName && !PublicAddresses.has(address)) {
                throw new PrivateAddress(host, address);
            }
        }
        return addresses;
    }

    /** A name that only a pattern allows leads into a private network. */
    static final class PrivateAddress extends UnknownHostException {
        PrivateAddress(String host, InetAddress address) {
            super(host + " is " + address.getHostAddress());
        }

        RefusedInput refusal() {
            return new RefusedInput(
                    "source.private-address",
                    "The hub redirects to " + getMessage() + ", an address that is not public.",
                    "If that host belongs to the hub, list it by its full name: INGOT_HUB_HOSTS (ingot.hub.hosts of a service).");
        }
    }
}
