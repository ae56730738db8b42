package dev.ingot.checkpoint.names;

import dev.ingot.checkpoint.RefusedInput;
import java.util.Collection;
import java.util.Optional;
import java.util.regex.Pattern;

/** Ways to name an adapter's tensors that are not PEFT's, and what somebody who has such a file can do. */
enum Dialect {
    KOHYA(
            "kohya's or diffusers'",
            "(^|\\.)lora_(unet|te\\d?|transformer)_.*|.*[._]lora[._](down|up)\\.weight$",
            "convert it to PEFT's names with diffusers (load_lora_weights, then save the text encoder's or transformer's adapter)"),
    TORCHTUNE(
            "torchtune's",
            ".*\\.lora_[ab]\\.weight$",
            "save it from torchtune with the checkpointer's adapter_only output in PEFT's format (adapter_model.safetensors)"),
    MLX(
            "MLX's",
            ".*\\.lora_[ab]$",
            "convert it: PEFT's lora_A is the transpose of MLX's lora_a, lora_B that of lora_b, lora_alpha is scale times rank; or fuse it with mlx_lm.fuse"),
    DEEPSPEED_CHAT(
            "DeepSpeed-Chat's",
            ".*\\.lora_(right|left)_weight$",
            "fuse it there (convert_lora_to_linear_layer) before saving"),
    MEGATRON(
            "Megatron's or NeMo's",
            ".*(\\.(adapter|lora_[^.]+_adapter)\\.linear_(in|out)\\.|decoder\\.layers\\.\\d+\\.(self_attention|mlp)\\.linear_(qkv|proj|fc1|fc2)\\.).*",
            "export it to PEFT's format there (NeMo: llm.export_ckpt, Megatron-Bridge: export_adapter); its projections are interleaved and may be sharded"),
    FLAT(
            "FSDP's flattened",
            "(.*[._])?_?flat_param(_\\d+)?$",
            "save a full state dict (FSDP: StateDictType.FULL_STATE_DICT); shapes are lost in flattened parameters");

    private final String whose;
    private final Pattern pattern;
    private final String remedy;

    Dialect(String whose, String pattern, String remedy) {
        this.whose = whose;
        this.pattern = Pattern.compile(pattern);
        this.remedy = remedy;
    }

    /** RefusedInput {@code adapter.dialect} when a name is in one of them. */
    static void requireNone(Collection<String> names) {
        for (Dialect dialect : values()) {
            Optional<String> found = names.stream()
                    .filter(name -> dialect.pattern.matcher(name).matches())
                    .sorted()
                    .findFirst();
            if (found.isPresent()) {
                throw new RefusedInput(
                        "adapter.dialect",
                        "%s of the adapter is in %s names; expected PEFT's (….lora_A.weight, ….lora_B.weight)."
                                .formatted(found.get(), dialect.whose),
                        dialect.remedy);
            }
        }
    }
}
