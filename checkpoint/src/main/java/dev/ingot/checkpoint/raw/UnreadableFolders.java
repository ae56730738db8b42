package dev.ingot.checkpoint.raw;

import dev.ingot.checkpoint.source.FileInfo;
import dev.ingot.checkpoint.source.FileSet;
import dev.ingot.checkpoint.source.RangedFile;
import dev.ingot.checkpoint.torch.StateDict;
import dev.ingot.checkpoint.torch.TorchFile;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Training checkpoints that are known by the names of their files and cannot be put together from them. */
final class UnreadableFolders {
    /** {@code zero/} holds a folder for each parameter; beside them DeepSpeed keeps the optimizer's settings. */
    private static final Pattern UNIVERSAL = Pattern.compile("latest_universal|(?:.*/)?zero/(?:optimizer_state\\.pt|[^/]+/fp32\\.pt)");

    private static final Pattern MEGATRON = Pattern.compile(
            "(?:.*/)?mp_rank_\\d{2}(?:_\\d{3}){0,2}/model_(?:optim_)?rng\\.pt");

    /** What accelerate calls FSDP's local state dicts. */
    private static final Pattern FSDP_RANK =
            Pattern.compile("(?:.*/)?pytorch_model(?:_fsdp)?(?:_\\d+)?_rank\\d+\\.bin");

    private UnreadableFolders() {}

    /** RefusedInput {@code training.universal}, {@code training.megatron}, {@code training.rank-files}, or what the file of a rank is refused for. */
    static void require(FileSet files) throws IOException {
        List<String> names = files.list().stream().map(FileInfo::name).toList();
        if (named(names, UNIVERSAL).isPresent()) {
            throw Ranks.refuse(
                    "universal",
                    files.location(),
                    "it is one of DeepSpeed's universal checkpoints, with a folder for each parameter",
                    "name the checkpoint that ds_to_universal made it of, or let the trainer export the adapter with save_pretrained");
        }
        Optional<String> megatron = named(names, MEGATRON);
        if (megatron.isPresent()) {
            throw Ranks.refuse(
                    "megatron",
                    files.location(),
                    megatron.get() + " is of Megatron-LM, which cuts tensors over ranks and has its own names for them",
                    "convert it to Hugging Face's layout with the tools of the trainer");
        }
        Optional<String> rank = named(names, FSDP_RANK);
        if (rank.isPresent()) {
            throw refused(files, rank.get());
        }
    }

    private static RuntimeException refused(FileSet files, String name) throws IOException {
        try (RangedFile file = files.open(name).orElseThrow()) {
            int tensors = StateDict.in(TorchFile.read(file)).tensors().size();
            return Ranks.refuse(
                    "rank-files",
                    files.location(),
                    "%s is what one rank saved of %d tensors, and not in the form of verl's files".formatted(name, tensors),
                    "save the full state dict (fsdp_state_dict_type FULL_STATE_DICT) or with torch.distributed.checkpoint, or let the trainer export the adapter with save_pretrained");
        }
    }

    private static Optional<String> named(List<String> names, Pattern pattern) {
        return names.stream().filter(name -> pattern.matcher(name).matches()).findFirst();
    }
}
