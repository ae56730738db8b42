package dev.ingot.pipeline.source.hub;

import dev.ingot.checkpoint.RefusedInput;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import okhttp3.HttpUrl;

/** Bytes of files at a commit. */
final class HubContent {
    private static final Pattern CONTENT_RANGE = Pattern.compile("bytes (\\d+)-(\\d+)/(\\d+)");

    private final HubHttp http;

    HubContent(HubHttp http) {
        this.http = http;
    }

    /**
     * Asks for a file from a byte on, once; RefusedInput where the hub speaks of another content than it listed.
     *
     * @param pinned the repository at a commit
     * @param length of the range; to the end where it reaches there
     * @return an answer that begins at {@code from} (206) or at the file's first byte (200)
     */
    HubAnswer open(HubAddress pinned, HubEntry entry, long from, long length) throws IOException {
        HttpUrl url = http.url()
                .addPathSegments(pinned.repository())
                .addPathSegment("resolve")
                .addPathSegment(pinned.revision())
                .addPathSegments(entry.path())
                .build();
        boolean whole = from == 0 && length >= entry.size();
        String range = whole ? "" : "bytes=" + from + "-" + (Math.min(entry.size(), from + length) - 1);
        HubObject object = new HubObject(pinned, entry.path());
        HubAnswer answer = http.get(url, object, range);
        try {
            requireSame(answer, pinned, entry);
            if (answer.status() == 206) {
                requireRange(answer, object, entry, from);
            }
            return answer;
        } catch (IOException | RuntimeException e) {
            answer.close();
            throw e;
        }
    }

    /** Fills {@code into} from a position on, by one range. */
    void read(HubAddress pinned, HubEntry entry, long position, ByteBuffer into) throws IOException {
        int start = into.position();
        try (HubAnswer answer = open(pinned, entry, position, into.remaining())) {
            if (answer.status() == 200 && position > 0) {
                answer.body().skipNBytes(position);
            }
            while (into.hasRemaining()) {
                int count = answer.body().read(into.array(), into.arrayOffset() + into.position(), into.remaining());
                if (count < 0) {
                    throw new EOFException(
                            "%s in %s ended %d bytes early".formatted(entry.path(), pinned, into.remaining()));
                }
                into.position(into.position() + count);
            }
        } catch (IOException e) {
            into.position(start);
            throw e;
        }
    }

    private static void requireSame(HubAnswer answer, HubAddress pinned, HubEntry entry) {
        boolean otherCommit = answer.commit()
                .filter(commit -> !commit.equals(pinned.revision()))
                .isPresent();
        boolean otherContent = entry.digest() == HubEntry.Digest.SHA256
                && answer.linkedEtag()
                        .map(etag -> etag.replaceFirst("^W/", "").replace("\"", ""))
                        .filter(etag -> etag.length() == entry.hex().length() && !etag.equals(entry.hex()))
                        .isPresent();
        if (otherCommit || otherContent) {
            throw new RefusedInput(
                    "source.hub-answer",
                    "The hub answers for %s in %s with %s; expected %s."
                            .formatted(
                                    entry.path(),
                                    pinned,
                                    otherCommit
                                            ? "commit " + answer.commit().get()
                                            : "content " + answer.linkedEtag().orElse(""),
                                    otherCommit ? pinned.revision() : entry.hex()),
                    "Check that the endpoint (HF_ENDPOINT) is a sound copy of the hub.");
        }
    }

    private static void requireRange(HubAnswer answer, HubObject object, HubEntry entry, long from) throws IOException {
        String found = answer.header("Content-Range").orElse("none");
        Matcher range = CONTENT_RANGE.matcher(found);
        boolean fits = range.matches() && range.group(1).equals(Long.toString(from));
        if (!fits || !range.group(3).equals(Long.toString(entry.size()))) {
            throw new IOException("%s: asked from byte %d of %d on, the hub answered with the range '%s'"
                    .formatted(object, from, entry.size(), found));
        }
    }
}
