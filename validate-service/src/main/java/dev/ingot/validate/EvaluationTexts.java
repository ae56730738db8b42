package dev.ingot.validate;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.source.SmallFiles;
import dev.ingot.pipeline.request.RunRequest;
import dev.ingot.pipeline.source.FileSets;
import dev.ingot.validate.text.EvaluationText;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The texts that a request measures on: those that it names, before those of its team, before the bundled general one. */
final class EvaluationTexts {
    private static final int MAX_BYTES = 64 << 20;

    private EvaluationTexts() {}

    /** RefusedInput {@code evaluation.*} when a text is not there. */
    static List<EvaluationText> of(RunRequest request, Map<String, String> ofTeam, FileSets sources)
            throws IOException {
        Map<String, String> places = new TreeMap<>(ofTeam);
        places.putAll(request.evaluation());
        List<EvaluationText> texts = new ArrayList<>();
        if (!places.containsKey("general")) {
            texts.add(EvaluationText.general());
        }
        for (Map.Entry<String, String> named : places.entrySet()) {
            texts.add(read(named.getKey(), named.getValue(), sources));
        }
        return texts;
    }

    private static EvaluationText read(String set, String location, FileSets sources) throws IOException {
        int slash = location.lastIndexOf('/');
        if (slash < 0) {
            throw missing(set, location);
        }
        String name = location.substring(slash + 1);
        byte[] content = SmallFiles.readSmall(
                        sources.open(location.substring(0, slash + 1)), plain(location, name), MAX_BYTES)
                .orElseThrow(() -> missing(set, location));
        return new EvaluationText(set, plain(location, name), content);
    }

    /** The file's own name: a URI writes a space as %20. */
    private static String plain(String location, String name) {
        return location.startsWith("file:")
                ? URI.create("file:///" + name).getPath().substring(1)
                : name;
    }

    private static RefusedInput missing(String set, String location) {
        return new RefusedInput(
                "evaluation.not-found",
                "The evaluation text '%s' is not at %s.".formatted(set, location),
                "name a UTF-8 text file with a passage per line");
    }
}
