package dev.ingot.pipeline.source;

import dev.ingot.checkpoint.RefusedInput;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * The rules for the name of a checkpoint's file, which may come from an index that somebody else wrote: relative, {@code /} between
 * segments, none of them empty, {@code .} or {@code ..}, 255 bytes at most, without backslashes, control characters or percent-encoded
 * separators.
 */
public final class SourceNames {
    private static final String DISTRIBUTED_INDEX = ".metadata";
    private static final int MAX_SEGMENT_BYTES = 255;
    private static final Pattern ENCODED_SEPARATOR = Pattern.compile("%(2[fFeE]|5[cC]|00)");

    private SourceNames() {}

    /** Returns the name when it is one; RefusedInput {@code source.name} when it is not. */
    public static String require(String location, String name) {
        for (String segment : name.split("/", -1)) {
            String fault = faultOf(segment);
            if (!fault.isEmpty()) {
                throw new RefusedInput(
                        "source.name",
                        "The file name '" + printable(name) + "' in " + location + " " + fault
                                + "; expected a relative path of plain segments.",
                        "Rename the file, and whatever names it in an index.");
            }
        }
        return name;
    }

    /**
     * Whether a checkpoint's readers see a file of this name: nothing in it begins with a dot, and it lies at most one folder deep. The index of a
     * torch.distributed.checkpoint, {@code .metadata}, is seen, though not listed.
     */
    public static boolean isSeen(String name) {
        boolean isIndex = name.equals(DISTRIBUTED_INDEX) || name.endsWith("/" + DISTRIBUTED_INDEX);
        String visible = isIndex ? name.substring(0, name.length() - DISTRIBUTED_INDEX.length()) : name;
        boolean hidden = visible.startsWith(".") || visible.contains("/.");
        return !hidden && name.indexOf('/') == name.lastIndexOf('/');
    }

    /** Refuses two names ({@code source.name-collision}) that a file system or a reader could take for one another. */
    public static void requireDistinct(String location, List<String> names) {
        Map<String, String> seen = new HashMap<>();
        for (String name : names) {
            String other = seen.putIfAbsent(folded(name), name);
            if (other != null) {
                throw new RefusedInput(
                        "source.name-collision",
                        "The files '" + other + "' and '" + name + "' in " + location
                                + " differ in case or in the form of their letters only; expected names that stay apart on every file system.",
                        "Rename or remove one of them.");
            }
        }
    }

    private static String faultOf(String segment) {
        if (segment.isEmpty()) {
            return "has an empty segment";
        }
        if (segment.equals(".") || segment.equals("..")) {
            return "has the segment '" + segment + "'";
        }
        if (segment.indexOf('\\') >= 0) {
            return "has a backslash";
        }
        if (segment.chars().anyMatch(Character::isISOControl)) {
            return "has a control character";
        }
        if (ENCODED_SEPARATOR.matcher(segment).find()) {
            return "has a percent-encoded separator";
        }
        int bytes = segment.getBytes(StandardCharsets.UTF_8).length;
        return bytes > MAX_SEGMENT_BYTES ? "has a segment of " + bytes + " bytes, more than " + MAX_SEGMENT_BYTES : "";
    }

    private static String folded(String name) {
        return Normalizer.normalize(name, Normalizer.Form.NFKC)
                .toUpperCase(Locale.ROOT)
                .toLowerCase(Locale.ROOT);
    }

    private static String printable(String name) {
        String shown = name.length() > 300 ? name.substring(0, 300) + "…" : name;
        return shown.replaceAll("\\p{Cc}", "?");
    }
}
