package dev.ingot.standalone;

import dev.ingot.checkpoint.json.Json;
import dev.ingot.checkpoint.json.JsonNumber;
import dev.ingot.checkpoint.json.JsonObject;
import dev.ingot.checkpoint.json.JsonText;
import dev.ingot.checkpoint.json.JsonValue;
import dev.ingot.pipeline.source.hub.HubAccess;
import dev.ingot.pipeline.source.hub.HubCache;
import dev.ingot.pipeline.source.hub.HubCache.Limits;
import dev.ingot.pipeline.source.hub.HubCache.Swept;
import dev.ingot.standalone.local.SizeConverter;
import dev.ingot.standalone.terminal.Amounts;
import dev.ingot.standalone.terminal.ExitCode;
import dev.ingot.standalone.terminal.Terminal;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Shows and sweeps what was downloaded from hubs. */
@Command(
        name = "cache",
        header = {
            "Shows what was downloaded from hubs, and removes what is over a limit.",
            "",
            "  ingot cache",
            "  ingot cache --max-size 200GB --unused-for 30",
            ""
        },
        description = {
            "",
            "What was unused for longest goes first. What a running command reads stays, and so does what was",
            "used within the last hour. Without a limit nothing is removed. INGOT_HUB_CACHE_MAX_BYTES and",
            "INGOT_HUB_CACHE_MAX_UNUSED (30d) are limits that every command keeps after it downloaded",
            "something.",
            ""
        },
        sortOptions = false)
final class CacheCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Option(
            names = "--max-size",
            paramLabel = "SIZE",
            converter = SizeConverter.class,
            description = "Of all files together, such as 200GB.")
    Long maxSize;

    @Option(names = "--unused-for", paramLabel = "DAYS", description = "Remove what nobody read for so many days.")
    Integer unusedDays;

    @Mixin
    CommonOptions common;

    CacheCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws IOException {
        Path folder = HubAccess.cache(System.getenv());
        Limits limits = new Limits(
                maxSize == null ? Limits.NONE.maxBytes() : maxSize,
                unusedDays == null ? Limits.NONE.maxUnused() : Duration.ofDays(Math.max(0, unusedDays)));
        Swept swept = new HubCache(folder, Clock.systemUTC()).sweep(limits, Set.of());
        if (common.json) {
            terminal.out().print(Json.write(json(folder, swept)));
            return ExitCode.DELIVERED.code();
        }
        if (maxSize != null || unusedDays != null) {
            terminal.say("removed %s, %s"
                    .formatted(Amounts.count(swept.removedFiles(), "file"), Amounts.bytes(swept.removedBytes())));
        }
        terminal.result(
                "%s  %s, %s".formatted(folder, Amounts.count(swept.files(), "file"), Amounts.bytes(swept.bytes())));
        return ExitCode.DELIVERED.code();
    }

    private static JsonObject json(Path folder, Swept swept) {
        Map<String, JsonValue> members = new LinkedHashMap<>();
        members.put("folder", new JsonText(folder.toString()));
        members.put("files", JsonNumber.of(swept.files()));
        members.put("bytes", JsonNumber.of(swept.bytes()));
        members.put("removedFiles", JsonNumber.of(swept.removedFiles()));
        members.put("removedBytes", JsonNumber.of(swept.removedBytes()));
        return new JsonObject(members);
    }
}
