package dev.ingot.standalone.local;

import dev.ingot.pipeline.plan.InputFile;
import dev.ingot.pipeline.plan.Plan;
import dev.ingot.pipeline.source.Sources;
import dev.ingot.pipeline.source.hub.Hub;
import dev.ingot.pipeline.source.hub.HubAccess;
import dev.ingot.pipeline.source.hub.HubAddress;
import dev.ingot.standalone.terminal.Amounts;
import dev.ingot.standalone.terminal.ProgressBoard;
import dev.ingot.standalone.terminal.Terminal;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** What one command reads: any folder, and any repository on the hub of the environment, whose files are downloaded before anything is computed. */
final class LocalSources {
    private static final String DOWNLOAD = "download";

    private final Hub hub;
    private final Map<String, Long> arrived = new ConcurrentHashMap<>();
    private volatile Progress progress = (done) -> {};

    /** Hears how many bytes of all files are there. */
    @FunctionalInterface
    private interface Progress {
        void at(long done);
    }

    LocalSources(Map<String, String> variables) {
        this.hub = Hub.any(HubAccess.fromEnvironment(variables), (file, done, total) -> {
            arrived.put(file, done);
            progress.at(arrived.values().stream().mapToLong(Long::longValue).sum());
        });
    }

    /** Sends nothing until something on the hub is opened. */
    Sources open() {
        return Sources.anyFolder().withHub(hub);
    }

    /** Downloads the files on the hub that a plan names, file by file, and shows how far it got; does nothing where there are none. */
    void download(Plan plan, Terminal terminal) throws IOException {
        List<InputFile> remote = plan.inputs().stream()
                .filter(input -> HubAddress.isOne(input.location()))
                .toList();
        if (remote.isEmpty()) {
            return;
        }
        long total = remote.stream().mapToLong(InputFile::size).sum();
        try (ProgressBoard board = new ProgressBoard(terminal, List.of(DOWNLOAD))) {
            progress = done -> board.at(DOWNLOAD, 0, Math.min(done, total), total, "bytes", "");
            for (InputFile input : remote) {
                hub.fetch(input.location(), input.name());
            }
            board.ended(
                    DOWNLOAD,
                    Amounts.count(remote.size(), "file") + ", " + Amounts.bytes(total)
                            + ", each of the digest that the hub lists");
        } finally {
            progress = done -> {};
        }
    }
}
