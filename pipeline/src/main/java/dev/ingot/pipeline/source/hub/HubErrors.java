package dev.ingot.pipeline.source.hub;

import dev.ingot.checkpoint.RefusedInput;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/** What an answer other than 200 and 206 means, by its status and the hub's {@code X-Error-Code}. */
record HubErrors(HubAccess access, HubObject object) {
    /** RefusedInput as what is thrown, or IOException as what is returned. */
    IOException of(Response response, boolean byHub) {
        int status = response.code();
        if (status == 429 || status == 408 || status >= 500) {
            return unavailable(response);
        }
        if (!byHub) {
            return new IOException("%s: %s, where the hub keeps it, answered %d"
                    .formatted(object, response.request().url().host(), status));
        }
        throw switch (response.header("X-Error-Code", "")) {
            case "GatedRepo" -> gated(status);
            case "RevisionNotFound" -> revision();
            case "EntryNotFound" -> missing(status);
            case "RepoNotFound" -> repository(status);
            case null, default -> byStatus(status);
        };
    }

    private RefusedInput byStatus(int status) {
        return switch (status) {
            case 401 -> repository(status);
            case 403 ->
                new RefusedInput(
                        "source.hub-forbidden",
                        "%s answers 403 for %s: %s may not read it."
                                .formatted(
                                        access,
                                        object,
                                        access.token().isPresent() ? "this token" : "nobody without a token"),
                        "Use a token (HF_TOKEN; ingot.hub.token of a service) that may read "
                                + object.address().repository() + ".");
            case 404 -> missing(status);
            default ->
                new RefusedInput(
                        "source.hub-answer",
                        "%s answers %d for %s; expected 200, 206 or a redirect.".formatted(access, status, object),
                        "Check that the endpoint (HF_ENDPOINT) is a Hugging Face hub.");
        };
    }

    private RefusedInput gated(int status) {
        String page = access.endpoint() + "/" + object.address().repository();
        return new RefusedInput(
                "source.hub-gated",
                "%s is gated, and %s (%d)."
                        .formatted(
                                object,
                                access.token().isPresent()
                                        ? "the account of this token has no access"
                                        : "no token was sent",
                                status),
                "Accept its conditions on " + page
                        + ", then use a token of that account (HF_TOKEN; ingot.hub.token of a service).");
    }

    private RefusedInput repository(int status) {
        boolean token = access.token().isPresent();
        return new RefusedInput(
                status == 401 ? "source.hub-unauthorized" : "source.hub-no-repository",
                "%s has no model %s, or does not show it to %s (%d)."
                        .formatted(
                                access,
                                object.address().repository(),
                                token ? "this token" : "somebody without a token",
                                status),
                token
                        ? "Check the name, and that the token is valid and may read it."
                        : "Check the name; a private model needs a token (HF_TOKEN; ingot.hub.token of a service).");
    }

    private RefusedInput revision() {
        return new RefusedInput(
                "source.hub-no-revision",
                "%s has no revision '%s' of %s."
                        .formatted(
                                access,
                                object.address().revision(),
                                object.address().repository()),
                "Name a branch, a tag or a commit hash that its page lists.");
    }

    private RefusedInput missing(int status) {
        return new RefusedInput(
                "source.missing",
                "%s answers %d: there is no %s.".formatted(access, status, object),
                "Check name, revision and subfolder on the page of the repository.");
    }

    private HubUnavailable unavailable(Response response) {
        Optional<Duration> after = retryAfter(response.header("Retry-After"));
        String host = response.request().url().host();
        String sentence = response.code() == 429
                ? "%s limits how often it is asked (429%s); a token (HF_TOKEN) has a higher limit, or try again later"
                        .formatted(
                                host,
                                after.map(wait -> ", asks to wait " + wait.toSeconds() + " s")
                                        .orElse(""))
                : "%s answers %d for %s; try again later".formatted(host, response.code(), object);
        return new HubUnavailable(sentence, after);
    }

    /** Seconds, or a date as HTTP writes it. */
    private static Optional<Duration> retryAfter(@Nullable String text) {
        if (text == null) {
            return Optional.empty();
        }
        if (text.matches("\\d{1,9}")) {
            return Optional.of(Duration.ofSeconds(Long.parseLong(text)));
        }
        try {
            Instant date = ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME)
                    .toInstant();
            Duration wait = Duration.between(Instant.now(), date);
            return Optional.of(wait.isNegative() ? Duration.ZERO : wait);
        } catch (DateTimeException unreadable) {
            return Optional.empty();
        }
    }
}
