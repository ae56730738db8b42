package dev.ingot.ingest;

import dev.ingot.checkpoint.source.FileInfo;
import dev.ingot.checkpoint.source.FileSet;
import dev.ingot.pipeline.plan.CarriedFile;
import dev.ingot.pipeline.plan.InputFile.InputRole;
import dev.ingot.pipeline.source.AdapterFiles;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Which files go into the checkpoint as they are. An allow-list: code, optimizer state and duplicates of the weights are never on it. */
final class CarriedFiles {
    private static final Set<String> TOKENIZER = Set.of(
            "tokenizer.json",
            "tokenizer_config.json",
            "special_tokens_map.json",
            "added_tokens.json",
            "vocab.json",
            "merges.txt",
            "vocab.txt",
            "tokenizer.model",
            "spiece.model",
            "sentencepiece.bpe.model",
            "chat_template.jinja",
            "chat_template.json");
    private static final Set<String> VOCABULARIES = Set.of(
            "tokenizer.json", "tokenizer.model", "vocab.json", "vocab.txt", "spiece.model", "sentencepiece.bpe.model");
    private static final Set<String> FROM_BASE = Set.of(
            "generation_config.json",
            "preprocessor_config.json",
            "processor_config.json",
            "video_preprocessor_config.json",
            "image_processor_config.json");

    private CarriedFiles() {}

    /** The tokenizer as one set, that of the first of the given adapters that has one, and the base's other files. */
    static List<CarriedFile> of(FileSet base, List<AdapterFiles> adapters, Inputs inputs, long vocabularyRows)
            throws IOException {
        Map<String, FileInfo> baseFiles = byName(base);
        Optional<AdapterFiles> adapter = withTokenizer(adapters).stream().findFirst();
        if (adapter.isPresent()) {
            TokenizerFit.require(adapter.get().files(), vocabularyRows);
        }
        List<CarriedFile> carried = new ArrayList<>();
        add(carried, inputs, InputRole.BASE, baseFiles, FROM_BASE);
        if (adapter.isPresent()) {
            Inputs own = inputs.ofAdapter(adapter.get().location());
            add(carried, own, InputRole.ADAPTER, byName(adapter.get().files()), TOKENIZER);
        } else {
            add(carried, inputs, InputRole.BASE, baseFiles, TOKENIZER);
        }
        return carried;
    }

    /** Says whose tokenizer it is, where more than one adapter has one. */
    static Optional<String> note(List<AdapterFiles> adapters) throws IOException {
        List<AdapterFiles> bringing = withTokenizer(adapters);
        return bringing.size() < 2
                ? Optional.empty()
                : Optional.of("%d adapters bring a tokenizer; the checkpoint has that of %s."
                        .formatted(
                                bringing.size(),
                                Contribution.lastSegment(bringing.getFirst().location())));
    }

    private static List<AdapterFiles> withTokenizer(List<AdapterFiles> adapters) throws IOException {
        List<AdapterFiles> bringing = new ArrayList<>();
        for (AdapterFiles adapter : adapters) {
            if (byName(adapter.files()).keySet().stream().anyMatch(VOCABULARIES::contains)) {
                bringing.add(adapter);
            }
        }
        return bringing;
    }

    /** What goes with the base where there is no adapter. */
    static List<CarriedFile> ofBase(FileSet base, Inputs inputs) throws IOException {
        Map<String, FileInfo> files = byName(base);
        List<CarriedFile> carried = new ArrayList<>();
        add(carried, inputs, InputRole.BASE, files, FROM_BASE);
        add(carried, inputs, InputRole.BASE, files, TOKENIZER);
        return carried;
    }

    private static Map<String, FileInfo> byName(FileSet files) throws IOException {
        return files.list().stream().collect(Collectors.toMap(FileInfo::name, Function.identity(), (a, b) -> a));
    }

    private static void add(
            List<CarriedFile> into, Inputs inputs, InputRole role, Map<String, FileInfo> files, Set<String> allowed) {
        allowed.stream()
                .filter(files::containsKey)
                .sorted()
                .forEach(name -> into.add(new CarriedFile(inputs.indexOf(role, files.get(name)), name)));
    }
}
