package dev.ingot.pipeline.source.hub;

import dev.ingot.checkpoint.source.FileInfo;
import dev.ingot.checkpoint.source.FileSet;
import dev.ingot.checkpoint.source.RangedFile;
import dev.ingot.pipeline.source.SourceNames;
import java.io.IOException;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The files of a commit directly in a folder and one level below it. Nothing but what is opened is asked for. Identity is the digest of the content. */
final class HubFiles implements FileSet {
    private final HubAddress pinned;
    private final Map<String, HubEntry> entries;
    private final Hub hub;

    /** @param listed all files below the subfolder of the address */
    HubFiles(HubAddress pinned, List<HubEntry> listed, Hub hub) {
        this.pinned = pinned;
        this.hub = hub;
        this.entries = new LinkedHashMap<>();
        String prefix = pinned.subfolder().isEmpty() ? "" : pinned.subfolder() + "/";
        for (HubEntry entry : listed) {
            String name = entry.path().startsWith(prefix) ? entry.path().substring(prefix.length()) : "";
            if (!name.isEmpty() && SourceNames.isSeen(name)) {
                entries.put(name, entry);
            }
        }
    }

    /** With the commit: opened again, it is the same content for ever. */
    @Override
    public String location() {
        return pinned.toString();
    }

    @Override
    public List<FileInfo> list() {
        return entries.entrySet().stream()
                .map(file -> file.getValue().info(file.getKey()))
                .sorted(Comparator.comparing(FileInfo::name))
                .toList();
    }

    @Override
    public Optional<RangedFile> open(String name) throws IOException {
        SourceNames.require(location(), name);
        HubEntry entry = entries.get(name);
        return entry == null ? Optional.empty() : Optional.of(hub.open(pinned, entry, entry.info(name)));
    }

    /** How the hub lists a file; empty when there is none of that name. */
    Optional<HubEntry> entry(String name) {
        return Optional.ofNullable(entries.get(name));
    }

    @Override
    public String toString() {
        return location();
    }
}
