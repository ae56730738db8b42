package dev.ingot.standalone;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.json.Json;
import dev.ingot.checkpoint.json.JsonArray;
import dev.ingot.checkpoint.json.JsonBool;
import dev.ingot.checkpoint.json.JsonNumber;
import dev.ingot.checkpoint.json.JsonObject;
import dev.ingot.checkpoint.json.JsonText;
import dev.ingot.checkpoint.json.JsonValue;
import dev.ingot.pipeline.request.GateOverride;
import dev.ingot.pipeline.request.RunRequest;
import dev.ingot.pipeline.request.RunRequest.MergeBase;
import dev.ingot.pipeline.request.RunRequest.MirrorPolicy;
import dev.ingot.pipeline.request.RunRequest.TrainedOn;
import dev.ingot.pipeline.request.WeightedAdapter;
import dev.ingot.pipeline.source.hub.HubAddress;
import dev.ingot.standalone.local.EvaluationPlace;
import dev.ingot.standalone.local.Trained;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A run as it is sent to a registry: what has the registry's default is left out. */
final class SubmittedRun {
    private final Map<String, JsonValue> members = new LinkedHashMap<>();
    private final Consumer<String> notes;

    /** @param notes takes a sentence where something was understood in one of two ways */
    SubmittedRun(Consumer<String> notes) {
        this.notes = notes;
    }

    JsonObject document() {
        return new JsonObject(members);
    }

    SubmittedRun name(String member, @Nullable String text) {
        if (text != null) {
            members.put(member, new JsonText(text));
        }
        return this;
    }

    /** Left out where it is the usual one. */
    SubmittedRun word(String member, @Nullable Enum<?> value, Enum<?> usual) {
        return value == null || value == usual ? this : name(member, Words.of(value));
    }

    private SubmittedRun flag(String member, boolean given) {
        if (given) {
            members.put(member, new JsonBool(true));
        }
        return this;
    }

    SubmittedRun trained(Trained trained) {
        trained.base().ifPresent(base -> name("base", checkpoint(base)));
        adapters(trained.adapters());
        boolean stored = trained.trainedOn() == TrainedOn.BASE_AS_STORED;
        name("trainedOn", stored ? "base-as-stored" : "quantized-while-loading");
        trained.quantizationConfig().ifPresent(text -> members.put("quantizationConfig", config(text)));
        flag("swapNibbles", trained.swapNibbles());
        flag("baseIsResidual", trained.baseIsResidual());
        trained.adapterConfig().ifPresent(text -> members.put("adapterConfig", config(text)));
        word("mirrors", trained.mirrors(), MirrorPolicy.REFUSE);
        trained.checkpoint().ifPresent(choice -> name("checkpoint", choice.text()));
        return this;
    }

    SubmittedRun mergeBase(MergeBaseOptions asked) {
        word("mergeBase", asked.mergeBase, MergeBase.TRAINED);
        asked.original().ifPresent(original -> name("originalBase", checkpoint(original)));
        return this;
    }

    SubmittedRun shardSize(long bytes) {
        if (bytes != RunRequest.DEFAULT_MAX_SHARD_BYTES) {
            members.put("maxShardBytes", JsonNumber.of(bytes));
        }
        return this;
    }

    SubmittedRun evaluation(EvaluationOptions asked) {
        Map<String, JsonValue> sets = new LinkedHashMap<>();
        asked.sets()
                .forEach((name, text) -> sets.put(name, new JsonText(EvaluationPlace.of(uri(text), asked.member()))));
        if (!sets.isEmpty()) {
            members.put("evaluation", new JsonObject(sets));
        }
        return this;
    }

    SubmittedRun overrides(List<GateOverride> persons) {
        List<JsonValue> all = new ArrayList<>();
        for (GateOverride person : persons) {
            Map<String, JsonValue> one = new LinkedHashMap<>();
            one.put("gate", new JsonText(person.gate()));
            one.put("by", new JsonText(person.by()));
            one.put("reason", new JsonText(person.reason()));
            all.add(new JsonObject(one));
        }
        if (!all.isEmpty()) {
            members.put("overrides", new JsonArray(all));
        }
        return this;
    }

    /** One that counts as it was trained in the form that every registry reads. */
    private void adapters(List<WeightedAdapter> adapters) {
        Optional<String> alone = WeightedAdapter.alone(adapters);
        if (alone.isPresent()) {
            name("adapter", checkpoint(alone.get()));
            return;
        }
        List<JsonValue> several = new ArrayList<>();
        for (WeightedAdapter adapter : adapters) {
            Map<String, JsonValue> one = new LinkedHashMap<>();
            one.put("adapter", new JsonText(checkpoint(adapter.adapter())));
            one.put("weight", new JsonNumber(adapter.weightText()));
            several.add(new JsonObject(one));
        }
        members.put("adapters", new JsonArray(several));
    }

    /** An object as it stands in a file, or the text of a ready name. */
    private static JsonValue config(String text) {
        return text.strip().startsWith("{")
                ? Json.parseObject(text.getBytes(StandardCharsets.UTF_8), "the config")
                : new JsonText(text);
    }

    /** Of a base or adapter; {@code org/name} that is nothing here is on the services' hub, as they have no cache of this machine. */
    private String checkpoint(String location) {
        boolean onHub = HubAddress.isRepository(location.replaceFirst("[@#].*", ""))
                && !Files.exists(Path.of(location.replaceFirst("#.*", "")));
        if (!onHub) {
            return uri(location);
        }
        String address = HubAddress.SCHEME + location;
        notes.accept("note: %s is no folder here; taken as %s".formatted(location, address));
        return address;
    }

    /** A folder or file of this machine as URI; an address as it is. */
    private static String uri(String location) {
        if (location.matches("[a-z][a-z0-9+.-]+:.*")) {
            return location;
        }
        Path path = Path.of(location).toAbsolutePath().normalize();
        int hash = location.lastIndexOf('#');
        if (!Files.exists(path) && hash > 0) {
            // one of several, which whoever reads the folder finds
            return uri(location.substring(0, hash)) + location.substring(hash).replace(" ", "%20");
        }
        if (!Files.exists(path)) {
            throw new RefusedInput(
                    "request.not-found",
                    location + " is neither an address (s3://…, hf://…, file:///…) nor a file or folder here.",
                    "write file:///… for a place that only the services see, hf://org/name for a model on a hub");
        }
        return path.toUri().toString();
    }
}
