package dev.ingot.validate;

import dev.ingot.checkpoint.source.FileSet;
import dev.ingot.checkpoint.source.SmallFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The licence that a checkpoint's README states in its front matter. */
final class Licenses {
    private static final int MAX_BYTES = 4 << 20;
    private static final Pattern LICENSE =
            Pattern.compile("\\A---\\R(?:(?!---).*\\R)*?license:[ \\t]*['\"]?([A-Za-z0-9._-]{1,64})['\"]?[ \\t]*\\R");

    private Licenses() {}

    static Optional<String> of(FileSet files) throws IOException {
        Optional<byte[]> readme = SmallFiles.readSmall(files, "README.md", MAX_BYTES);
        return readme.map(text -> LICENSE.matcher(new String(text, StandardCharsets.UTF_8)))
                .filter(Matcher::find)
                .map(match -> match.group(1));
    }
}
