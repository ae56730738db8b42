package dev.ingot.standalone.local;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.pipeline.codec.Documents;
import dev.ingot.pipeline.codec.UnreadableDocument;
import dev.ingot.pipeline.report.Report;
import dev.ingot.pipeline.report.ReportSchema;
import dev.ingot.standalone.Trees;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What stands in a folder that a run is to deliver into. Only what is known to be Ingot's own may be there; a name alone is no proof of that.
 *
 * @param abandoned folders of runs that were killed
 * @param halfDelivered files which those had moved up already
 * @param reports of a rejected run
 */
record OutContents(List<Path> abandoned, Set<Path> halfDelivered, List<Path> reports) {
    private static final String OWN = ".ingot-";
    private static final Pattern RUN = Pattern.compile("[0-9]{8}-[0-9]{6}-[0-9a-f]{4}");
    /** What file managers put into every folder that they show. */
    private static final Set<String> DROPPINGS = Set.of(".DS_Store", "Thumbs.db", "desktop.ini");

    private static final String REPORT = "report.json";
    private static final String PAGE = "report.html";
    private static final String SCHEMA_TITLE = "\"Ingot report\"";
    private static final long LARGEST_REPORT = 16 << 20;

    /** The name of a run's own folder. */
    static String own(String run) {
        return OWN + run;
    }

    /** What is in {@code out}; RefusedInput when there is anything that is not Ingot's. {@code own} is this run's and is passed over. */
    static OutContents of(Path out, Path own) throws IOException {
        List<Path> entries = entries(out);
        List<Path> abandoned = new ArrayList<>();
        Set<Path> half = new HashSet<>();
        for (Path entry : entries) {
            if (isOfARun(entry) && !entry.equals(own)) {
                abandoned.add(entry);
                half.addAll(MovingUp.halfDelivered(out, entry));
            }
        }
        List<Path> reports = rejected(out);
        for (Path entry : entries) {
            boolean known = entry.equals(own)
                    || abandoned.contains(entry)
                    || reports.contains(entry)
                    || isLock(entry)
                    || isDropping(entry)
                    || holdsOnly(entry, half);
            if (!known) {
                throw notEmpty(out, entry);
            }
        }
        return new OutContents(abandoned, half, reports);
    }

    static RefusedInput notEmpty(Path out, Path entry) {
        return new RefusedInput(
                "out.not-empty",
                "--out " + out + " is not empty: it holds " + out.relativize(entry) + ".",
                "name another --out, or empty this one");
    }

    /** Removes what killed runs left, their notes last, so that this too can be killed half way. */
    void removeAbandoned(Path out) throws IOException {
        for (Path file : halfDelivered) {
            Files.deleteIfExists(file);
            for (Path up = file.getParent(); !up.equals(out); up = up.getParent()) {
                MovingUp.deleteIfEmpty(up);
            }
        }
        for (Path folder : abandoned) {
            Trees.delete(folder);
        }
    }

    private static boolean isOfARun(Path entry) {
        String name = entry.getFileName().toString();
        return name.startsWith(OWN)
                && RUN.matcher(name.substring(OWN.length())).matches()
                && Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS);
    }

    private static boolean isDropping(Path entry) {
        return DROPPINGS.contains(entry.getFileName().toString())
                && Files.isRegularFile(entry, LinkOption.NOFOLLOW_LINKS);
    }

    private static boolean isLock(Path entry) throws IOException {
        return entry.getFileName().toString().equals(OutLock.NAME)
                && Files.isRegularFile(entry, LinkOption.NOFOLLOW_LINKS)
                && Files.size(entry) == 0;
    }

    private static boolean holdsOnly(Path entry, Set<Path> files) throws IOException {
        if (!Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)) {
            return files.contains(entry);
        }
        try (Stream<Path> below = Files.walk(entry)) {
            return files.stream().anyMatch(file -> file.startsWith(entry))
                    && below.allMatch(
                            path -> files.contains(path) || Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS));
        }
    }

    /** The report that a rejected run delivered, the page that shows the same run, and the schema beside them. */
    private static List<Path> rejected(Path out) throws IOException {
        Path document = out.resolve(REPORT);
        Path page = out.resolve(PAGE);
        if (!isReadable(document)) {
            return List.of();
        }
        try {
            Report report = Documents.read(Files.readAllBytes(document), Report.class, document.toString());
            boolean shows = isReadable(page) && text(page).contains(report.run().toString());
            if (report.delivered()) {
                return List.of();
            }
            List<Path> known = new ArrayList<>(shows ? List.of(document, page) : List.of(document));
            Path schema = out.resolve(ReportSchema.FILE);
            if (isReadable(schema) && text(schema).contains(SCHEMA_TITLE)) {
                known.add(schema);
            }
            return known;
        } catch (UnreadableDocument someoneElses) {
            return List.of();
        }
    }

    private static boolean isReadable(Path file) throws IOException {
        return Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) && Files.size(file) <= LARGEST_REPORT;
    }

    private static String text(Path file) throws IOException {
        return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    }

    private static List<Path> entries(Path out) throws IOException {
        try (DirectoryStream<Path> stream = Files.newDirectoryStream(out)) {
            List<Path> entries = new ArrayList<>();
            stream.forEach(entries::add);
            return entries;
        }
    }
}
