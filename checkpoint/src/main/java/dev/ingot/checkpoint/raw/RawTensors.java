package dev.ingot.checkpoint.raw;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.assembly.AssembledTensor;
import dev.ingot.checkpoint.assembly.Assembly;
import dev.ingot.checkpoint.pickle.PickleValue;
import dev.ingot.checkpoint.safetensors.TensorEntry;
import dev.ingot.checkpoint.source.FileInfo;
import dev.ingot.checkpoint.source.FileSet;
import dev.ingot.checkpoint.source.RangedFile;
import dev.ingot.checkpoint.torch.StateDict;
import dev.ingot.checkpoint.torch.StridedTensor;
import dev.ingot.checkpoint.torch.TorchFile;
import dev.ingot.checkpoint.torch.TorchTensors;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The tensors of one container.
 *
 * @param file that holds {@code whole}
 * @param whole tensors that lie in the file in one piece, in the file's order of names
 * @param assembly of the others
 */
public record RawTensors(FileInfo file, List<TensorEntry> whole, Assembly assembly) {
    public RawTensors {
        whole = List.copyOf(whole);
    }

    /** The tensors of a file that torch.save wrote, or empty when there is no such file. */
    public static Optional<RawTensors> ofFile(FileSet files, String name) throws IOException {
        Optional<RangedFile> opened = files.open(name);
        if (opened.isEmpty()) {
            return Optional.empty();
        }
        try (RangedFile file = opened.get()) {
            TorchFile torch = TorchFile.read(file);
            return Optional.of(of(torch, StateDict.in(torch)));
        }
    }

    private static RawTensors of(TorchFile torch, StateDict weights) throws IOException {
        TorchTensors places = new TorchTensors(torch);
        List<TensorEntry> whole = new ArrayList<>();
        List<AssembledTensor> others = new ArrayList<>();
        for (Map.Entry<String, PickleValue> saved : weights.tensors().entrySet()) {
            StridedTensor place = places.tensor(saved.getKey(), saved.getValue());
            if (place.isContiguous()) {
                whole.add(entry(saved.getKey(), place));
            } else {
                others.add(new AssembledTensor(
                        saved.getKey(), place.dtype(), place.shape(), place.shape(), List.of(place.block())));
            }
        }
        return new RawTensors(torch.file(), whole, Assembly.of(torch.file().name(), others, List.of(torch.file())));
    }

    private static TensorEntry entry(String name, StridedTensor place) {
        long bytes = place.dtype().bytes(place.shape().elements());
        return new TensorEntry(name, place.dtype(), place.shape(), place.position(), bytes);
    }

    /** The assembly that belongs to an anchor of a set; RefusedInput {@code input.changed} when the anchor is gone. */
    static Assembly assembly(FileSet files, String anchor) throws IOException {
        Optional<Assembly> folder = RawFolders.assembly(files, anchor);
        if (folder.isPresent()) {
            return folder.get();
        }
        return ofFile(files, anchor)
                .orElseThrow(() -> new RefusedInput(
                        "input.changed",
                        "%s in %s, from which tensors were put together, is gone.".formatted(anchor, files.location()),
                        "run it again, and leave its inputs alone until it is done"))
                .assembly();
    }
}
