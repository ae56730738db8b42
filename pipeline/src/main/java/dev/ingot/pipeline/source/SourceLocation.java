package dev.ingot.pipeline.source;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.pipeline.source.hub.HubAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;

/** What a location says, read by one parser, before anything is touched. */
sealed interface SourceLocation {
    Pattern SCHEME = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]+:.*", Pattern.DOTALL);
    Pattern HIDDEN = Pattern.compile("//|%(?:2[eEfF]|5[cC])");
    Pattern NO_BUCKET = Pattern.compile("[0-9.]+|.*(?:\\.\\.|\\.-|-\\.).*");
    Pattern BUCKET = Pattern.compile("s3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:/(.*))?", Pattern.DOTALL);

    /** A folder, absolute and without {@code ..}. */
    record Folder(Path path) implements SourceLocation {}

    /** A prefix of a bucket, empty or ending in {@code /}. */
    record Bucket(String name, String prefix) implements SourceLocation {}

    /** A repository on a hub, whose own parser reads the rest. */
    record OnHub(String location) implements SourceLocation {}

    /** Reads {@code s3://bucket/prefix}, {@code hf://org/name}, {@code file:///folder} or a path; RefusedInput {@code source.location} for anything else. */
    static SourceLocation parse(String location) {
        if (location.isBlank() || location.chars().anyMatch(Character::isISOControl)) {
            throw refused(location, "is blank or has control characters");
        }
        if (location.startsWith("s3://")) {
            return bucket(location);
        }
        if (location.startsWith("hf://")) {
            return new OnHub(location);
        }
        if (location.startsWith("file:")) {
            return folder(location);
        }
        if (SCHEME.matcher(location).matches()) {
            throw refused(location, "has a scheme that Ingot does not read");
        }
        return path(location, location);
    }

    /** {@code folder} in a folder, bucket or repository, as a location. */
    static String below(String location, String folder) {
        return switch (parse(location)) {
            case Bucket here -> "s3://" + here.name() + "/" + here.prefix() + folder;
            case OnHub _ -> {
                HubAddress here = HubAddress.parse(location);
                String inside = here.subfolder().isEmpty() ? "" : here.subfolder() + "/";
                yield new HubAddress(here.repository(), here.revision(), inside + folder).toString();
            }
            case Folder here -> here.path().resolve(folder).toUri().toString();
        };
    }

    /** The folder that a location lies in, of the same bucket or repository; empty where there is none. */
    static Optional<String> above(String location) {
        return switch (parse(location)) {
            case Bucket here -> parent(here.prefix()).map(above -> "s3://" + here.name() + "/" + above);
            case OnHub _ -> {
                HubAddress here = HubAddress.parse(location);
                yield parent(here.subfolder())
                        .map(above -> new HubAddress(here.repository(), here.revision(), above).toString());
            }
            case Folder here ->
                Optional.ofNullable(here.path().getParent())
                        .map(above -> above.toUri().toString());
        };
    }

    private static Optional<String> parent(String prefix) {
        String bare = prefix.replaceFirst("/+$", "");
        return bare.isEmpty() ? Optional.empty() : Optional.of(bare.substring(0, Math.max(0, bare.lastIndexOf('/'))));
    }

    private static SourceLocation bucket(String location) {
        var match = BUCKET.matcher(location);
        if (!match.matches() || NO_BUCKET.matcher(match.group(1)).matches()) {
            throw refused(location, "does not name a bucket");
        }
        String prefix = match.group(2) == null ? "" : match.group(2);
        String bare = prefix.endsWith("/") ? prefix.substring(0, prefix.length() - 1) : prefix;
        if (bare.isEmpty()) {
            return new Bucket(match.group(1), "");
        }
        return new Bucket(match.group(1), SourceNames.require("s3://" + match.group(1), bare) + "/");
    }

    private static SourceLocation folder(String location) {
        try {
            URI uri = new URI(location);
            boolean local =
                    uri.getRawAuthority() == null || uri.getRawAuthority().equals("localhost");
            if (!local || uri.getPath() == null || uri.getRawQuery() != null || uri.getRawFragment() != null) {
                throw refused(location, "is not of the form file:///folder");
            }
            if (HIDDEN.matcher(uri.getRawPath()).find()) {
                throw refused(location, "has an empty segment, or a separator or dots that are percent-encoded");
            }
            return path(location, uri.getPath());
        } catch (URISyntaxException e) {
            throw refused(location, "is no URI (spaces are written %20 in one)");
        }
    }

    private static SourceLocation path(String location, String path) {
        if (path.chars().anyMatch(Character::isISOControl)) {
            throw refused(location, "has control characters");
        }
        try {
            return new Folder(Path.of(path).toAbsolutePath().normalize());
        } catch (InvalidPathException e) {
            throw refused(location, "is no path on this machine");
        }
    }

    private static RefusedInput refused(String location, String fault) {
        String shown = location.replaceAll("\\p{Cc}", "?");
        return new RefusedInput(
                "source.location",
                "The location '" + shown + "' " + fault
                        + "; expected a folder, file:///folder, s3://bucket/prefix or hf://org/name@revision.",
                "Name the folder, bucket or repository that holds the checkpoint.");
    }
}
