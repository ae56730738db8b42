package dev.ingot.standalone;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.json.Json;
import dev.ingot.checkpoint.json.JsonArray;
import dev.ingot.checkpoint.json.JsonNull;
import dev.ingot.checkpoint.json.JsonObject;
import dev.ingot.checkpoint.json.JsonText;
import dev.ingot.checkpoint.json.JsonValue;
import dev.ingot.ingest.Explanation;
import dev.ingot.ingest.KeyStory;
import dev.ingot.pipeline.plan.InputFile.InputRole;
import dev.ingot.standalone.local.Explained;
import dev.ingot.standalone.terminal.Complaint;
import dev.ingot.standalone.terminal.ExitCode;
import dev.ingot.standalone.terminal.Table;
import dev.ingot.standalone.terminal.Terminal;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
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
            "  ingot explain --base ./llava --adapter ./lora '*.layers.0.*'",
            "  ingot explain --base hf://org/llava --adapter ./run/global_step500 --adapter-config ./lora.json",
            "  ingot explain --base ./llava --adapter ./lora --json | jq '.tensors[].rules'",
            ""
        },
        description = {
            "",
            "Without KEY it shows the ledger of the adapter: every tensor, what becomes of it, the base's",
            "tensor that it goes into, and the rules by which its name became that one. With KEY (a tensor of",
            "the adapter or of the base, or the end of such names; * stands for anything) it tells the story",
            "of those alone, a rule a line. Several adapters are told one after the other, and last why they",
            "would not go together. Base and adapter may lie wherever ingot merge reads them.",
            "",
            "Names differ because engines wrap models (module., _orig_mod., …), because PEFT names its own",
            "tensors, and because releases of transformers renamed parts of models: LLaVA's",
            "language_model.model is model.language_model since 4.52. 'undone: a => b' says that the base has",
            "the name on the left.",
            "Only headers are read. What a merge would refuse is refused here too, after what is known is told.",
            ""
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:everything has its place: a merge would not refuse it",
            "1:Ingot's own fault; the message says what to send us",
            "2:wrong usage; nothing was read",
            "3:a merge would refuse base or adapter; what is known is told, and why",
            "5:a dependency failed (hub, store, disk): try again"
        },
        sortOptions = false)
final class ExplainCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Option(
            names = "--base",
            paramLabel = "WHERE",
            description = "The base, as for ingot merge. Default: the one that the adapter names.")
    String base;

    @Mixin
    AdapterOption adapter;

    @Mixin
    CheckpointOption checkpoint;

    @Parameters(
            arity = "0..*",
            paramLabel = "KEY",
            description =
                    "Tensors to tell about: names in the adapter's file or the base's, or the ends of such names; * and ? as in a shell.")
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
        Explained explained = Explained.of(
                terminal, Optional.ofNullable(base), adapter.inOrder(), checkpoint.asked(), adapterConfig.text());
        List<List<KeyStory>> stories = KeyFilter.of(keys).stories(explained.each());
        if (common.json) {
            terminal.out().print(Json.write(json(explained, stories)));
        } else {
            print(explained, stories);
        }
        explained.refusal().map(Complaint::of).ifPresent(complaint -> complaint.print(terminal));
        return (explained.refusal().isEmpty() ? ExitCode.DELIVERED : ExitCode.REFUSED).code();
    }

    private void print(Explained explained, List<List<KeyStory>> stories) {
        for (int i = 0; i < stories.size(); i++) {
            if (stories.size() > 1) {
                terminal.result(
                        "adapter %d: %s".formatted(i + 1, explained.adapters().get(i)));
            }
            if (keys.isEmpty()) {
                table(stories.get(i)).lines().forEach(terminal::result);
            } else {
                Explanation own = explained.each().get(i);
                stories.get(i).forEach(story -> tell(own, story));
            }
        }
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

    /** Of one adapter its explanation; of several a list of them, and why they do not go together. */
    private static JsonObject json(Explained explained, List<List<KeyStory>> stories) {
        List<JsonValue> each = new ArrayList<>();
        for (int i = 0; i < stories.size(); i++) {
            each.add(json(explained.adapters().get(i), explained.each().get(i), stories.get(i)));
        }
        if (each.size() == 1) {
            return (JsonObject) each.getFirst();
        }
        Map<String, JsonValue> document = new LinkedHashMap<>();
        document.put("adapters", new JsonArray(each));
        document.put("refusal", refusal(explained.refusal()));
        return new JsonObject(document);
    }

    private static JsonObject json(String adapter, Explanation explanation, List<KeyStory> stories) {
        Map<String, JsonValue> document = new LinkedHashMap<>();
        document.put("adapter", new JsonText(adapter));
        document.put("lead", new JsonText(explanation.lead()));
        document.put(
                "tensors",
                new JsonArray(stories.stream().map(ExplainCommand::json).toList()));
        document.put("refusal", refusal(explanation.refusal()));
        return new JsonObject(document);
    }

    private static JsonValue refusal(Optional<RefusedInput> refusal) {
        return refusal.<JsonValue>map(refused -> Complaint.of(refused).json()).orElse(new JsonNull());
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
