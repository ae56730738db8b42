package dev.ingot.bench.fuzz;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The sound checkpoints that mutations start from: files that the real tools wrote, as the tests of checkpoint hold them. */
final class Subjects {
    private static final String QUANTIZATION = "quantization.json";

    /** Adapters whose base is small. */
    private static final List<String> ADAPTERS =
            List.of("lora", "lora-half", "rslora", "patterns", "ends", "saved-head", "score");

    private static final List<String> TORCH = List.of(
            "zip.bin",
            "zip-protocol-4.bin",
            "zip-protocol-5.bin",
            "legacy.bin",
            "legacy-protocol-4.bin",
            "lightning.ckpt");

    private Subjects() {}

    /** All of them; {@code resources} is checkpoint's folder of test resources. */
    static List<Subject> of(Path resources) throws IOException {
        List<Subject> subjects = new ArrayList<>();
        for (Path folder : folders(resources.resolve("quantized"))) {
            subjects.add(base(folder));
        }
        Path fixtures = resources.resolve("fixtures");
        for (String adapter : ADAPTERS) {
            Map<String, byte[]> files = files(fixtures.resolve("adapters").resolve(adapter));
            String config = new String(files.get("adapter_config.json"), StandardCharsets.UTF_8);
            String base = Stream.of("base-nf4-single", "base-nf4", "base-fp16", "base-bf16-untied")
                    .filter(name -> config.contains('"' + name + '"'))
                    .findFirst()
                    .orElseThrow();
            subjects.add(new Subject(adapter, files(fixtures.resolve(base)), files, false, null));
        }
        subjects.addAll(containers(resources));
        return List.copyOf(subjects);
    }

    /** A base whose index names files of torch.save, with an adapter in one. */
    static List<Subject> inTorchShards(Path resources) throws IOException {
        Path torch = resources.resolve("torch");
        return List.of(new Subject(
                "torch-shards", files(torch.resolve("base")), files(torch.resolve("adapter")), false, null));
    }

    /** Files of torch.save, each as the only one of its folder, and the folders of training runs. */
    private static List<Subject> containers(Path resources) throws IOException {
        List<Subject> containers = new ArrayList<>();
        Map<String, byte[]> saved = files(resources.resolve("torch"));
        for (String name : TORCH) {
            containers.add(container(name, Map.of(name, saved.get(name))));
        }
        for (Path folder : folders(resources.resolve("training"))) {
            containers.add(container(folder.getFileName().toString(), run(folder)));
        }
        for (Path folder : folders(resources.resolve("trained/runs"))) {
            containers.add(container(folder.getFileName() + "-of-a-model", run(folder)));
        }
        return containers;
    }

    private static Map<String, byte[]> run(Path folder) throws IOException {
        Map<String, byte[]> files = new TreeMap<>(files(folder));
        files.remove("expected.safetensors");
        for (Path below : folders(folder)) {
            files(below).forEach((name, content) -> files.put(below.getFileName() + "/" + name, content));
        }
        return files;
    }

    private static Subject container(String name, Map<String, byte[]> files) {
        return new Subject(Subject.CONTAINER + name, files, Map.of(), false, null);
    }

    private static Subject base(Path folder) throws IOException {
        String name = folder.getFileName().toString();
        Map<String, byte[]> files = files(folder);
        byte[] quantization = files.remove(QUANTIZATION);
        return new Subject(
                name,
                files,
                Map.of(),
                name.equals("swapped-nibbles"),
                quantization == null ? null : new String(quantization, StandardCharsets.UTF_8));
    }

    private static List<Path> folders(Path parent) throws IOException {
        try (Stream<Path> entries = Files.list(parent)) {
            return entries.filter(Files::isDirectory).sorted().toList();
        }
    }

    private static Map<String, byte[]> files(Path folder) throws IOException {
        Map<String, byte[]> files = new TreeMap<>();
        try (Stream<Path> entries = Files.list(folder)) {
            for (Path file : entries.filter(Files::isRegularFile).sorted().toList()) {
                files.put(file.getFileName().toString(), Files.readAllBytes(file));
            }
        }
        return files;
    }
}
