package dev.ingot.pipeline.source.hub;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.json.Json;
import dev.ingot.checkpoint.json.JsonArray;
import dev.ingot.checkpoint.json.JsonObject;
import dev.ingot.checkpoint.json.JsonValue;
import dev.ingot.pipeline.source.SourceNames;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import okhttp3.HttpUrl;

/** What the hub's API says of repositories: which commit a revision is, and which files a commit has. */
final class HubTree {
    private static final int MAX_BODY = 16 << 20;
    private static final int MAX_PAGES = 50;
    private static final Pattern NEXT = Pattern.compile("<([^>]+)>\\s*;\\s*rel=\"?next\"?");

    private final HubHttp http;
    private final HubPatience patience;

    HubTree(HubHttp http, HubPatience patience) {
        this.http = http;
        this.patience = patience;
    }

    /** The commit of an address; asks only where it is no commit itself. */
    String commit(HubAddress address) throws IOException {
        if (address.isPinned()) {
            return address.revision();
        }
        HttpUrl url = model(address)
                .addPathSegment("revision")
                .addPathSegment(address.revision())
                .build();
        HubObject object = new HubObject(address, "");
        byte[] body = patience.until("asking for the commit of " + address, () -> {
            try (HubAnswer answer = http.get(url, object)) {
                return answer.small(MAX_BODY);
            }
        });
        return Json.parseObject(body, "the hub's answer for " + address)
                .text("sha")
                .filter(HubAddress::isCommit)
                .orElseThrow(() -> unexpected(address, "it names no commit"));
    }

    /** All files at a commit, below the subfolder of the address. */
    List<HubEntry> files(HubAddress pinned) throws IOException {
        HttpUrl.Builder first = model(pinned).addPathSegment("tree").addPathSegment(pinned.revision());
        if (!pinned.subfolder().isEmpty()) {
            first.addPathSegments(pinned.subfolder());
        }
        HttpUrl next = first.addQueryParameter("recursive", "true")
                .addQueryParameter("expand", "false")
                .build();
        List<HubEntry> found = new ArrayList<>();
        for (int page = 0; next != null; page++) {
            if (page == MAX_PAGES) {
                throw unexpected(pinned, "its list of files has more than " + MAX_PAGES + " pages");
            }
            HttpUrl asked = next;
            Page answer = patience.until("listing " + pinned, () -> page(asked, pinned));
            found.addAll(answer.entries());
            next = answer.next().map(asked::resolve).orElse(null);
        }
        SourceNames.requireDistinct(
                pinned.toString(), found.stream().map(HubEntry::path).toList());
        return found;
    }

    private record Page(List<HubEntry> entries, Optional<String> next) {}

    private Page page(HttpUrl url, HubAddress address) throws IOException {
        try (HubAnswer answer = http.get(url, new HubObject(address, ""))) {
            Optional<String> next = answer.header("Link")
                    .map(NEXT::matcher)
                    .filter(Matcher::find)
                    .map(match -> match.group(1));
            return new Page(entries(answer.small(MAX_BODY), address), next);
        }
    }

    private static List<HubEntry> entries(byte[] body, HubAddress address) {
        if (!(Json.parse(body, "the hub's list of " + address) instanceof JsonArray array)) {
            throw unexpected(address, "its list of files is no array");
        }
        List<HubEntry> entries = new ArrayList<>();
        for (JsonValue value : array.values()) {
            if (value instanceof JsonObject entry
                    && entry.text("type").filter("file"::equals).isPresent()) {
                entries.add(entry(entry, address));
            }
        }
        return entries;
    }

    private static HubEntry entry(JsonObject json, HubAddress address) {
        String path = SourceNames.require(address.toString(), json.text("path").orElse(""));
        Optional<JsonObject> large = json.object("lfs");
        Optional<Long> size = large.flatMap(lfs -> lfs.integer("size")).or(() -> json.integer("size"));
        Optional<String> oid = large.isPresent() ? large.get().text("oid") : json.text("oid");
        try {
            return new HubEntry(
                    path,
                    size.orElse(-1L),
                    large.isPresent() ? HubEntry.Digest.SHA256 : HubEntry.Digest.GIT_SHA1,
                    oid.orElse("").replaceFirst("^sha256:", ""));
        } catch (IllegalArgumentException e) {
            throw unexpected(address, "of " + path + " it gives no size, or no digest");
        }
    }

    private HttpUrl.Builder model(HubAddress address) {
        return http.url().addPathSegments("api/models").addPathSegments(address.repository());
    }

    private static RefusedInput unexpected(HubAddress address, String fault) {
        return new RefusedInput(
                "source.hub-answer",
                "The hub's answer for " + address + " is not what Hugging Face's API says: " + fault + ".",
                "Check that the endpoint (HF_ENDPOINT) is a Hugging Face hub.");
    }
}
