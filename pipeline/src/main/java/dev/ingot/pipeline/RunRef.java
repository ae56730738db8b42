package dev.ingot.pipeline;

import java.util.regex.Pattern;

/**
 * One run of one team. Both names become path segments and topic keys: lower-case letters, digits, {@code -}, {@code _} and
 * {@code .}, starting with a letter or digit, 64 characters at most.
 */
public record RunRef(String team, String run) {
    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9._-]{0,63}");

    public RunRef {
        requireName("team", team);
        requireName("run", run);
    }

    static void requireName(String what, String name) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    what + " '" + name
                            + "' is not a name: expected up to 64 of a-z, 0-9, '.', '_' and '-', starting with a letter or digit");
        }
    }

    @Override
    public String toString() {
        return team + "/" + run;
    }
}
