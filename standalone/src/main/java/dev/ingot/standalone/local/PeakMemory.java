package dev.ingot.standalone.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/** The most memory that this process ever held, native memory included. */
public final class PeakMemory {
    private static final String KEY = "VmHWM:";

    private PeakMemory() {}

    /** Bytes of resident memory at its peak; empty where the system does not say (there is no /proc). */
    public static OptionalLong bytes() {
        return bytes(Path.of("/proc/self/status"));
    }

    static OptionalLong bytes(Path status) {
        if (!Files.isReadable(status)) {
            return OptionalLong.empty();
        }
        try {
            return Files.readAllLines(status).stream()
                    .filter(line -> line.startsWith(KEY))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024)
                    .findFirst();
        } catch (IOException e) {
            // a figure for the summary: without it the summary is shorter
            return OptionalLong.empty();
        }
    }
}
