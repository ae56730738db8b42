package dev.ingot.bench.fuzz;

import dev.ingot.bench.fuzz.EditableFile.Tensor;
import dev.ingot.checkpoint.json.Json;
import dev.ingot.checkpoint.json.JsonObject;
import dev.ingot.checkpoint.json.JsonText;
import dev.ingot.checkpoint.json.JsonValue;
import dev.ingot.checkpoint.safetensors.ShardIndex;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/** What other writers do differently without changing a value: order, spaces, metadata, the cut into files. */
final class HarmlessMutations {
    private static final String SINGLE = "model.safetensors";

    private HarmlessMutations() {}

    static List<Mutator> all() {
        return List.of(
                HarmlessMutations::headerOrder,
                HarmlessMutations::dataOrder,
                HarmlessMutations::padded,
                HarmlessMutations::metadata,
                HarmlessMutations::foreignFile,
                HarmlessMutations::sharded);
    }

    private static Optional<Mutation> headerOrder(Subject subject, RandomGenerator random) {
        return Target.any(subject, Target.SAFETENSORS, random).flatMap(target -> {
            EditableFile file = target.tensors();
            return target.replaced("same.header-order", Expectation.SAME, file.bytes(shuffled(file.tensors, random)));
        });
    }

    private static Optional<Mutation> dataOrder(Subject subject, RandomGenerator random) {
        return Target.any(subject, Target.SAFETENSORS, random).flatMap(target -> {
            EditableFile file = target.tensors();
            List<Tensor> order = shuffled(file.tensors, random);
            file.tensors.clear();
            file.tensors.addAll(order);
            return target.replaced("same.data-order", Expectation.SAME, file);
        });
    }

    private static List<Tensor> shuffled(List<Tensor> tensors, RandomGenerator random) {
        List<Tensor> order = new ArrayList<>(tensors);
        Collections.shuffle(order, Random.from(random));
        return order;
    }

    private static Optional<Mutation> padded(Subject subject, RandomGenerator random) {
        return Target.any(subject, Target.SAFETENSORS, random).flatMap(target -> {
            EditableFile file = target.tensors();
            file.padding = " ".repeat(1 + random.nextInt(200));
            return target.replaced("same.padding", Expectation.SAME, file);
        });
    }

    private static Optional<Mutation> metadata(Subject subject, RandomGenerator random) {
        return Target.any(subject, Target.SAFETENSORS, random).flatMap(target -> {
            EditableFile file = target.tensors();
            file.metadata = random.nextBoolean() ? "" : "{\"format\":\"pt\",\"by\":\"ä \\\"}{\",\"n\":\"1\"}";
            return target.replaced("same.metadata", Expectation.SAME, file);
        });
    }

    private static Optional<Mutation> foreignFile(Subject subject, RandomGenerator random) {
        byte[] noise = new byte[random.nextInt(100)];
        random.nextBytes(noise);
        String[] names = {"notes.txt", "training_args.bin", "optimizer.pt", "README.md", "original-model.pth"};
        String name = names[random.nextInt(names.length)];
        return Optional.of(new Mutation("same.foreign-file", Expectation.SAME, subject.with(false, name, noise)));
    }

    /** Every tensor into one of two or three files, at random. */
    private static Optional<Mutation> sharded(Subject subject, RandomGenerator random) {
        if (!subject.base().containsKey(SINGLE)) {
            return Optional.empty();
        }
        List<EditableFile> shards = new ArrayList<>();
        for (int i = 2 + random.nextInt(2); i > 0; i--) {
            shards.add(new EditableFile());
        }
        Map<String, JsonValue> map = new TreeMap<>();
        for (Tensor tensor : EditableFile.read(subject.base().get(SINGLE)).tensors) {
            int shard = random.nextInt(shards.size());
            shards.get(shard).tensors.add(tensor);
            map.put(tensor.name, new JsonText(name(shard)));
        }
        Map<String, byte[]> files = new TreeMap<>(subject.base());
        files.remove(SINGLE);
        for (int i = 0; i < shards.size(); i++) {
            files.put(name(i), shards.get(i).bytes());
        }
        JsonObject index = new JsonObject(Map.of("weight_map", new JsonObject(map)));
        files.put(ShardIndex.FILE, Json.write(index).getBytes(StandardCharsets.UTF_8));
        return Optional.of(new Mutation("same.sharded", Expectation.SAME, subject.with(false, files)));
    }

    private static String name(int shard) {
        return "part-" + (shard + 1) + Target.SAFETENSORS;
    }
}
