package dev.ingot.validate;

import dev.ingot.checkpoint.source.FileSet;
import dev.ingot.checkpoint.source.SmallFiles;
import dev.ingot.validate.page.License;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The licence that a checkpoint's README states in its front matter. */
final class Licenses {
    private static final int MAX_BYTES = 4 << 20;
    private static final Pattern FRONT = Pattern.compile("\\A---[ \\t]*\\R(.*?\\R)---", Pattern.DOTALL);
    private static final Pattern ID = member("license", "[A-Za-z0-9._-]{1,64}");
    private static final Pattern NAME = member("license_name", "[A-Za-z0-9][A-Za-z0-9 ._-]{0,63}");
    /** Links into the base's own repository would lead nowhere from here. */
    private static final Pattern LINK = member("license_link", "https://[^\\s'\"]{1,500}");

    private Licenses() {}

    static Optional<License> of(FileSet files) throws IOException {
        Optional<byte[]> readme = SmallFiles.readSmall(files, "README.md", MAX_BYTES);
        return readme.map(text -> FRONT.matcher(new String(text, StandardCharsets.UTF_8)))
                .filter(Matcher::find)
                .map(match -> match.group(1))
                .flatMap(front -> find(ID, front).map(id -> new License(id, find(NAME, front), find(LINK, front))));
    }

    private static Optional<String> find(Pattern member, String front) {
        return Optional.of(member.matcher(front))
                .filter(Matcher::find)
                .map(match -> match.group(1).strip());
    }

    private static Pattern member(String name, String value) {
        return Pattern.compile("(?m)^" + name + ":[ \\t]*['\"]?(" + value + ")['\"]?[ \\t]*$");
    }
}
