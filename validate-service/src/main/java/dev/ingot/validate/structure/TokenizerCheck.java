package dev.ingot.validate.structure;

import dev.ingot.checkpoint.source.FileInfo;
import dev.ingot.checkpoint.source.FileSet;
import dev.ingot.checkpoint.source.SmallFiles;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** Holds the tokenizer beside the merged weights against the one of training: the adapter's where it brings one, else the base's. */
public final class TokenizerCheck {
    private static final String END = "eos_token";
    private static final Set<String> PIECES =
            Set.of("tokenizer.model", "spiece.model", "sentencepiece.bpe.model", "vocab.txt");
    private static final Set<String> VOCABULARIES = Set.of(
            TokenizerJson.FILE,
            "tokenizer.model",
            "vocab.json",
            "vocab.txt",
            "spiece.model",
            "sentencepiece.bpe.model");
    private static final int MAX_BYTES = 256 << 20;

    private TokenizerCheck() {}

    /**
     * Faults as sentences. Where the merged folder has no tokenizer at all there is none, for tools that merge weights write none; what can only be said in
     * files of another kind is not compared.
     *
     * @param rows of the input embedding; 0 where it has none that is known
     */
    public static List<String> faults(FileSet base, List<FileSet> adapters, FileSet merged, long rows)
            throws IOException {
        FileSet training = ofTraining(base, adapters);
        String whose = adapters.contains(training) ? "the adapter" : "the base";
        List<String> faults = new ArrayList<>(vocabulary(training, whose, merged, rows));
        if (isThere(merged)) {
            faults.addAll(missing(training, whose, merged));
            for (String name : PIECES) {
                sameBytes(training, whose, merged, name).ifPresent(faults::add);
            }
            faults.addAll(beside(SpecialTokens.read(training), whose, SpecialTokens.read(merged)));
        }
        return faults;
    }

    /** What to know of a merged folder without fault. */
    public static List<String> notes(FileSet base, List<FileSet> adapters, FileSet merged) throws IOException {
        FileSet training = ofTraining(base, adapters);
        String whose = adapters.contains(training) ? "the adapter" : "the base";
        if (!isThere(merged) && isThere(training)) {
            return List.of("There is no tokenizer beside the merged weights; the one of training is that of %s."
                    .formatted(whose));
        }
        return isThere(merged)
                        && SpecialTokens.read(merged).isEmpty()
                        && !SpecialTokens.read(training).isEmpty()
                ? List.of(
                        "There is only a vocabulary beside the merged weights; the tokenizer_config.json of training is that of %s."
                                .formatted(whose))
                : List.of();
    }

    /** Id of the end token of training's tokenizer; empty where its files do not say. */
    public static Optional<Long> end(FileSet base, List<FileSet> adapters) throws IOException {
        FileSet training = ofTraining(base, adapters);
        Optional<String> end = SpecialTokens.read(training).token("eos_token");
        Optional<TokenizerJson> tokens = end.isPresent() ? TokenizerJson.read(training) : Optional.empty();
        return end.flatMap(text -> tokens.map(known -> known.ids().get(text)));
    }

    /** Whether an adapter brings the tokenizer of training. */
    public static boolean isBrought(FileSet base, List<FileSet> adapters) throws IOException {
        return adapters.contains(ofTraining(base, adapters));
    }

    /** The first adapter that has a vocabulary, else the base: as merge carries them over. */
    private static FileSet ofTraining(FileSet base, List<FileSet> adapters) throws IOException {
        for (FileSet adapter : adapters) {
            if (hasVocabulary(adapter)) {
                return adapter;
            }
        }
        return base;
    }

    private static boolean hasVocabulary(FileSet files) throws IOException {
        return files.list().stream().map(FileInfo::name).anyMatch(VOCABULARIES::contains);
    }

    private static boolean isThere(FileSet files) throws IOException {
        return hasVocabulary(files)
                || files.list().stream().map(FileInfo::name).anyMatch("tokenizer_config.json"::equals);
    }

    private static List<String> missing(FileSet training, String whose, FileSet merged) throws IOException {
        return hasVocabulary(training) && !hasVocabulary(merged)
                ? List.of("tokenizer_config.json is there without a vocabulary, which %s has".formatted(whose))
                : List.of();
    }

    /** A vocabulary that is no JSON: the same bytes, where both have it. */
    private static Optional<String> sameBytes(FileSet training, String whose, FileSet merged, String name)
            throws IOException {
        Optional<byte[]> expected = SmallFiles.readSmall(training, name, MAX_BYTES);
        Optional<byte[]> found = expected.isEmpty() ? expected : SmallFiles.readSmall(merged, name, MAX_BYTES);
        return found.isPresent() && !Arrays.equals(expected.get(), found.get())
                ? Optional.of("%s is not the one of training, which %s has".formatted(name, whose))
                : Optional.empty();
    }

    /** Special tokens that both name, and chat templates; a template where training has none may be the user's own. */
    private static List<String> beside(SpecialTokens expected, String whose, SpecialTokens found) {
        List<String> faults = new ArrayList<>();
        if (found.isEmpty()) {
            return faults;
        }
        for (String name : List.of("bos_token", "eos_token")) {
            Optional<String> before = expected.token(name);
            Optional<String> after = found.token(name);
            if (before.isPresent() && after.isPresent() && !before.equals(after)) {
                faults.add("the tokenizer's %s is '%s' where %s has '%s'"
                        .formatted(name, after.get(), whose, before.get()));
            }
        }
        if (expected.token(END).isPresent() && found.token(END).isEmpty()) {
            faults.add("the tokenizer names no %s; %s has '%s'"
                    .formatted(END, whose, expected.token(END).get()));
        }
        expected.templates().forEach((name, template) -> {
            String other = found.templates().get(name);
            if (other == null) {
                faults.add("the chat template '%s' is missing, which %s has".formatted(name, whose));
            } else if (!other.equals(template)) {
                faults.add(
                        "the chat template '%s' is not the one of training, which %s has: prompts would be written otherwise"
                                .formatted(name, whose));
            }
        });
        return faults;
    }

    private static List<String> vocabulary(FileSet training, String whose, FileSet merged, long rows)
            throws IOException {
        Optional<TokenizerJson> found = TokenizerJson.read(merged);
        if (found.isEmpty()) {
            return List.of();
        }
        List<String> faults = new ArrayList<>();
        new TreeMap<>(found.get().ids())
                .entrySet().stream()
                        .filter(token -> rows > 0 && token.getValue() >= rows)
                        .findFirst()
                        .ifPresent(token ->
                                faults.add("tokenizer.json has token '%s' of id %d, but the embedding has %d rows"
                                        .formatted(token.getKey(), token.getValue(), rows)));
        Optional<TokenizerJson> expected = TokenizerJson.read(training);
        if (expected.isPresent()) {
            difference(expected.get().ids(), found.get().ids())
                    .or(() -> merges(expected.get(), found.get()))
                    .ifPresent(what -> faults.add(
                            "tokenizer.json is not the one of training, which %s has: %s".formatted(whose, what)));
        }
        return faults;
    }

    private static Optional<String> merges(TokenizerJson expected, TokenizerJson found) {
        return expected.merges().isEmpty()
                        || found.merges().isEmpty()
                        || expected.merges().equals(found.merges())
                ? Optional.empty()
                : Optional.of("the pairs that it merges differ");
    }

    private static Optional<String> difference(Map<String, Long> expected, Map<String, Long> found) {
        List<String> other = expected.entrySet().stream()
                .filter(token -> !token.getValue().equals(found.get(token.getKey())))
                .map(Map.Entry::getKey)
                .sorted()
                .toList();
        if (other.isEmpty()) {
            return Optional.empty();
        }
        String first = other.getFirst();
        Long id = found.get(first);
        return Optional.of("%d tokens differ, '%s' is %s instead of %d"
                .formatted(other.size(), first, id == null ? "missing" : id.toString(), expected.get(first)));
    }
}
