package dev.ingot.standalone;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.json.Json;
import dev.ingot.checkpoint.json.JsonArray;
import dev.ingot.checkpoint.json.JsonNull;
import dev.ingot.checkpoint.json.JsonObject;
import dev.ingot.checkpoint.json.JsonText;
import dev.ingot.checkpoint.json.JsonValue;
import dev.ingot.checkpoint.names.NearestNames;
import dev.ingot.checkpoint.source.FileSet;
import dev.ingot.ingest.Explanation;
import dev.ingot.ingest.KeyStory;
import dev.ingot.pipeline.plan.InputFile.InputRole;
import dev.ingot.pipeline.source.AdapterFiles;
import dev.ingot.pipeline.source.FolderFiles;
import dev.ingot.pipeline.source.Sources;
import dev.ingot.standalone.terminal.Complaint;
import dev.ingot.standalone.terminal.ExitCode;
import dev.ingot.standalone.terminal.Table;
import dev.ingot.standalone.terminal.Terminal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Says what a merge would make of tensors, by their names. */
@Command(
        name = "explain",
        header = {
            "Says what a merge would make of each tensor, and by which rules, without merging.",
            "",
            "  ingot explain --base ./llava --adapter ./lora",
            "  ingot explain --base ./llava --adapter ./lora lm_head.weight",
            "  ingot explain --base ./llava --adapter ./lora --json | jq '.tensors[].rules'",
            ""
        },
        description = {
            "",
            "Without KEY it shows the ledger of the adapter: every tensor, what becomes of it, the base's tensor",
            "that it goes into, and the rules by which its name became that one. With KEY (a tensor of the",
            "adapter or of the base, or the end of such names) it tells the story of those alone, a rule a line.",
            "",
            "Names differ because engines wrap models (module., _orig_mod., …), because PEFT names its own",
            "tensors, and because releases of transformers renamed parts of models: LLaVA's language_model.model",
            "is model.language_model since 4.52. 'undone: a => b' says that the base has the name on the left.",
            "Only headers are read. What a merge would refuse is refused here too, after what is known is told.",
            ""
        },
        sortOptions = false)
final class ExplainCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Option(names = "--base", required = true, paramLabel = "DIR", description = "The base, as for ingot merge.")
    Path base;

    @Option(names = "--adapter", required = true, paramLabel = "DIR", description = "The adapter, as for ingot merge.")
    Path adapter;

    @Parameters(
            arity = "0..*",
            paramLabel = "KEY",
            description =
                    "Tensors to tell about: names in the adapter's file or the base's, or the ends of such names.")
    List<String> keys = new ArrayList<>();

    @Mixin
    AdapterConfigOption adapterConfig;

    @Mixin
    CommonOptions common;

    ExplainCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws IOException {
        Explanation explanation = Explanation.of(files("base", base), adapterFiles());
        List<KeyStory> stories = keys.isEmpty() ? explanation.stories() : asked(explanation);
        if (common.json) {
            terminal.out().print(Json.write(json(explanation, stories)));
        } else if (keys.isEmpty()) {
            table(stories).lines().forEach(terminal::result);
        } else {
            stories.forEach(story -> tell(explanation, story));
        }
        explanation.refusal().map(Complaint::of).ifPresent(complaint -> complaint.print(terminal));
        return (explanation.refusal().isEmpty() ? ExitCode.DELIVERED : ExitCode.REFUSED).code();
    }

    private FileSet adapterFiles() throws IOException {
        String location = files("adapter", adapter).location();
        return AdapterFiles.configured(location, adapterConfig.text(), Sources.anyFolder());
    }

    private static FolderFiles files(String what, Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            throw new RefusedInput(
                    what + ".missing", "There is no folder %s.".formatted(folder), "check --%s".formatted(what));
        }
        return FolderFiles.of(folder);
    }

    private List<KeyStory> asked(Explanation explanation) {
        List<KeyStory> found = new ArrayList<>();
        for (String key : keys) {
            List<KeyStory> own = explanation.stories().stream()
                    .filter(story ->
                            story.tensor().equals(key) || story.tensor().endsWith("." + key))
                    .toList();
            if (own.isEmpty()) {
                List<String> names =
                        explanation.stories().stream().map(KeyStory::tensor).toList();
                throw new RefusedInput(
                        "explain.unknown-key",
                        "Neither base nor adapter has a tensor whose name is, or ends in, %s.".formatted(key),
                        "say one of theirs, like " + String.join(" or ", NearestNames.of(key, names)));
            }
            found.addAll(own);
        }
        return found;
    }

    private static Table table(List<KeyStory> stories) {
        Table table = new Table("tensor of the adapter", "outcome", "tensor of the base", "rules");
        stories.stream()
                .filter(story -> story.role() == InputRole.ADAPTER)
                .forEach(story -> table.row(
                        story.tensor(),
                        story.outcome().isEmpty() ? "(refused)" : story.outcome(),
                        story.target(),
                        String.join("; ", story.rules())));
        return table;
    }

    private void tell(Explanation explanation, KeyStory story) {
        boolean ofAdapter = story.role() == InputRole.ADAPTER;
        terminal.result(story.tensor() + (ofAdapter ? "  (adapter)" : "  (base)"));
        if (ofAdapter && !explanation.lead().isEmpty() && !story.target().isEmpty()) {
            terminal.result("    " + explanation.lead() + " in front of every name");
        }
        story.rules().forEach(rule -> terminal.result("    " + rule));
        String outcome = story.outcome().isEmpty() ? "refused" : story.outcome().toLowerCase(Locale.ROOT);
        terminal.result("  = " + (story.target().isEmpty() ? outcome : story.target() + ", " + outcome));
        story.changedBy().forEach(tensor -> terminal.result("  + " + tensor));
    }

    private static JsonObject json(Explanation explanation, List<KeyStory> stories) {
        Map<String, JsonValue> document = new LinkedHashMap<>();
        document.put("lead", new JsonText(explanation.lead()));
        document.put(
                "tensors",
                new JsonArray(stories.stream().map(ExplainCommand::json).toList()));
        document.put(
                "refusal",
                explanation
                        .refusal()
                        .<JsonValue>map(refused -> Complaint.of(refused).json())
                        .orElse(new JsonNull()));
        return new JsonObject(document);
    }

    private static JsonValue json(KeyStory story) {
        Map<String, JsonValue> members = new LinkedHashMap<>();
        members.put("of", new JsonText(story.role().name().toLowerCase(Locale.ROOT)));
        members.put("tensor", new JsonText(story.tensor()));
        members.put("outcome", new JsonText(story.outcome()));
        members.put("target", new JsonText(story.target()));
        members.put("rules", texts(story.rules()));
        members.put("changedBy", texts(story.changedBy()));
        return new JsonObject(members);
    }

    private static JsonArray texts(List<String> texts) {
        return new JsonArray(
                texts.stream().map(JsonText::new).map(JsonValue.class::cast).toList());
    }
}
