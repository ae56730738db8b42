package dev.ingot.pipeline.source.hub;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.pipeline.source.SourceNames;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * {@code hf://org/name@revision#subfolder}: files of one revision of a repository.
 *
 * @param repository {@code org/name}
 * @param revision branch, tag or commit hash; {@code main} where the address has none
 * @param subfolder without slashes at its ends; empty for the whole repository
 */
public record HubAddress(String repository, String revision, String subfolder) {
    public static final String SCHEME = "hf://";
    public static final String MAIN = "main";
    private static final String NAME = "[A-Za-z0-9][A-Za-z0-9._-]{0,95}";
    private static final Pattern REPOSITORY = Pattern.compile(NAME + "/" + NAME);
    private static final Pattern REVISION = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._/-]{0,254}");
    private static final Pattern COMMIT = Pattern.compile("[0-9a-f]{40}|[0-9a-f]{64}");
    private static final Pattern ADDRESS = Pattern.compile("hf://([^@#]*)(?:@([^#]*))?(?:#(.*))?", Pattern.DOTALL);

    /** Whether a location speaks of a hub. */
    public static boolean isOne(String location) {
        return location.startsWith(SCHEME);
    }

    /** Whether a text is {@code org/name}, as model cards and adapters write it. */
    public static boolean isRepository(String text) {
        return REPOSITORY.matcher(text).matches() && !text.contains("..");
    }

    /** RefusedInput {@code source.location} when it is not of the form. */
    public static HubAddress parse(String location) {
        Matcher match = ADDRESS.matcher(location);
        if (!match.matches() || !isRepository(match.group(1))) {
            throw refused(location, "does not name a repository");
        }
        String revision = match.group(2) == null ? MAIN : match.group(2);
        if (!REVISION.matcher(revision).matches() || revision.contains("..")) {
            throw refused(location, "does not name a revision after '@'");
        }
        String subfolder = match.group(3) == null ? "" : match.group(3);
        if (!subfolder.isEmpty()) {
            SourceNames.require(location, subfolder);
        }
        return new HubAddress(match.group(1), revision, subfolder);
    }

    /** Whether the revision is a commit hash, so that it can never mean other files. */
    public boolean isPinned() {
        return isCommit(revision);
    }

    static boolean isCommit(String revision) {
        return COMMIT.matcher(revision).matches();
    }

    /** The same at a commit. */
    public HubAddress at(String commit) {
        return new HubAddress(repository, commit, subfolder);
    }

    /** Whether two addresses differ at most in the revision. */
    boolean sameFolder(HubAddress other) {
        return repository.equals(other.repository) && subfolder.equals(other.subfolder);
    }

    @Override
    public String toString() {
        return SCHEME + repository + "@" + revision + (subfolder.isEmpty() ? "" : "#" + subfolder);
    }

    private static RefusedInput refused(String location, String fault) {
        return new RefusedInput(
                "source.location",
                "The location '" + location.replaceAll("\\p{Cc}", "?") + "' " + fault
                        + "; expected hf://org/name, hf://org/name@revision or hf://org/name@revision#subfolder.",
                "Write it as the hub's page does: the organization, a slash, the name.");
    }
}
