package dev.ingot.checkpoint.adapter;

import java.util.Optional;

/** The types of adapters that PEFT can merge into a base, with the names that their tensors have in a file. */
public enum AdapterType {
    LORA("LoRA", "", ""),
    ADALORA("AdaLoRA", "lora_[ABE]", ""),
    LOHA("LoHa", "hada_w[12]_[ab]|hada_t[12]", ""),
    LOKR("LoKr", "lokr_w[12](?:_[ab])?|lokr_t2", ""),
    IA3("(IA)³", "ia3_l", ""),
    LN_TUNING("LN tuning", "", ""),
    TRAINABLE_TOKENS("trainable tokens", "", ""),
    VERA("VeRA", "vera_lambda_[bd]", "vera_[AB]"),
    PVERA("PVeRA", "pvera_lambda_[bd]", "pvera_[AB]"),
    OFT("OFT", "oft_R", ""),
    BOFT("BOFT", "boft_[Rs]", ""),
    HRA("HRA", "hra_u", ""),
    MISS("MiSS", "miss_block", ""),
    BONE("Bone", "bone_block", ""),
    SHIRA("SHiRA", "shira_weight|shira_indices", ""),
    VBLORA("VB-LoRA", "vblora_logits_[AB](?:_topk_indices|_topk_weights)?", "vblora_vector_bank"),
    FOURIERFT("FourierFT", "fourierft_spectrum", ""),
    RANDLORA("RandLoRA", "randlora_(?:lambda|gamma|A|B)", "randlora_[AB]"),
    C3A("C3A", "c3a_kernel", ""),
    DELORA("DeLoRA", "delora_(?:A|B|lambda|w_norm)", ""),
    ROAD("RoAd", "road_(?:theta|alpha)", ""),
    GRALORA("GraLoRA", "gralora_[AB](?:_general)?", ""),
    OSF("OSF", "osf_svd_params\\.[USV]_low", ""),
    DEFT("DEFT", "deft_[PR]", ""),
    GLORA("GLoRA", "glora_[A-E]\\.(?:Xd|Xu|X|zeros)", ""),
    HIRA("HiRA", "hira_(?:embedding_)?[AB]", ""),
    BEFT("BEFT", "beft_bias", ""),
    PEANUT("PEANuT", "peanut_[AB]|peanut_(?:en|de)coders\\.\\d+", ""),
    SUPERTUNING("Super-Tuning", "supertuning_(?:values|indices|lora_[AB])", ""),
    TINYLORA("TinyLoRA", "tinylora_[ABP]", "tinylora_v\\.\\d+");

    private final String title;
    private final String own;
    private final String shared;

    /**
     * @param own regular expression of the names of a module's tensors, without the adapter's name and {@code .weight} behind them; empty where
     *     {@link AdapterKeys} has rules of its own
     * @param shared likewise of tensors that all modules share, directly below {@code base_model}
     */
    AdapterType(String title, String own, String shared) {
        this.title = title;
        this.own = own;
        this.shared = shared;
    }

    /** The type that {@code peft_type} names, in upper case. */
    public static Optional<AdapterType> of(String peftType) {
        for (AdapterType type : values()) {
            if (type.name().equals(peftType)) {
                return Optional.of(type);
            }
        }
        return Optional.empty();
    }

    /** For people. */
    public String title() {
        return title;
    }

    String own() {
        return own;
    }

    String shared() {
        return shared;
    }
}
