"""Cases of every type but LoRA that can be merged."""

from functools import partial

import peft

from adapterkinds.lora import GPT2, LLAMA, LLAMA_16, PAIR, QWEN_16, QWEN_VL, TIED, TIED_16, VIT, WHISPER
from adapterkinds.making import Case

CONV_PAIR = ["conv1", "conv2"]
THREE = ["q_proj", "v_proj", "down_proj"]

REMOVED = "PEFT has removed this type; its arithmetic is that of MiSS"


def as_bone(tensors, config):
    config["peft_type"], config["peft_version"] = "BONE", "0.15.2"
    del config["mini_r"], config["miss_dropout"]
    return {key.replace("miss_block", "bone_block"): value for key, value in tensors.items()}


def of(kind, **options):
    return partial(getattr(peft, f"{kind}Config"), **{"target_modules": PAIR} | options)


PRODUCTS = {
    "adalora": Case(LLAMA, of("AdaLora", init_r=6, target_r=3, r=4, lora_alpha=5, total_step=10)),
    "adalora-float16": Case(QWEN_16, of("AdaLora", init_r=4, target_r=2, total_step=10, bias="all")),
    "loha": Case(LLAMA, of("LoHa", r=3, alpha=5), size=0.3),
    "loha-patterns-bfloat16": Case(LLAMA_16, of("LoHa", r=3, alpha=5, rank_pattern={"q_proj": 2}, alpha_pattern={"down_proj": 7}), size=0.3),
    "loha-conv2d": Case(VIT, of("LoHa", r=3, alpha=5, target_modules=["projection"]), size=0.3),
    "loha-conv2d-effective": Case(VIT, of("LoHa", r=3, alpha=5, target_modules=["projection"], use_effective_conv2d=True), size=0.3),
    "loha-conv1d": Case(WHISPER, of("LoHa", r=3, alpha=5, target_modules=CONV_PAIR), size=0.3),
    "lokr": Case(LLAMA, of("LoKr", r=2, alpha=3), size=0.2),
    "lokr-both": Case(LLAMA, of("LoKr", r=2, alpha=3, decompose_both=True), size=0.2),
    "lokr-factor": Case(LLAMA_16, of("LoKr", r=2, alpha=3, decompose_factor=4), size=0.2),
    "lokr-full": Case(QWEN_16, of("LoKr", r=64, alpha=48, target_modules=THREE), size=0.2),
    "lokr-conv2d": Case(VIT, of("LoKr", r=2, alpha=3, target_modules=["projection"], decompose_factor=3), size=0.2),
    "lokr-conv2d-effective": Case(VIT, of("LoKr", r=2, alpha=3, target_modules=["projection"], use_effective_conv2d=True), size=0.2),
    "lokr-conv1d": Case(WHISPER, of("LoKr", r=2, alpha=3, target_modules=CONV_PAIR), size=0.2),
    "hira": Case(LLAMA, of("Hira", r=3), size=0.4),
    "hira-bfloat16": Case(LLAMA_16, of("Hira", r=3, rank_pattern={"down_proj": 5}), size=0.4),
    "hira-embedding": Case(LLAMA_16, of("Hira", r=3, target_modules=["embed_tokens"]), size=0.4, save={"save_embedding_layers": False}),
    "hira-conv2d": Case(VIT, of("Hira", r=3, target_modules=["projection"]), size=0.4),
    "glora": Case(LLAMA, of("Glora", r=2)),
    "glora-float16": Case(QWEN_16, of("Glora", r=2, config_A_B="lora", config_C="lora", config_D_E="vector")),
    "glora-vectors-float16": Case(QWEN_16, of("Glora", r=2, config_A_B="vector", config_C="vector", config_D_E="constant")),
    "glora-constants-float16": Case(QWEN_16, of("Glora", r=2, config_A_B="constant", config_C="none", config_D_E="none")),
    "delora": Case(LLAMA, of("Delora", r=3, delora_lambda=2)),
    "delora-patterns-bfloat16": Case(LLAMA_16, of("Delora", r=3, rank_pattern={"q_proj": 2}, lambda_pattern={"q_proj": 4})),
    "gralora": Case(LLAMA, of("Gralora", r=4, alpha=6, gralora_k=2)),
    "gralora-hybrid-bfloat16": Case(LLAMA_16, of("Gralora", r=4, hybrid_r=3, alpha=6, gralora_k=2)),
    "gralora-four": Case(LLAMA, of("Gralora", r=8, hybrid_r=2, alpha=6, gralora_k=4)),
    "deft-relu": Case(LLAMA, of("Deft", r=3, decomposition_method="relu")),
    "deft-qr-bfloat16": Case(LLAMA_16, of("Deft", r=3, decomposition_method="qr", alpha=5), ulps=2),
    "deft-qr": Case(LLAMA, of("Deft", r=3, decomposition_method="qr")),
    "deft-para": Case(LLAMA, of("Deft", r=3, para=True)),
    "osf": Case(LLAMA, of("OSF", effective_rank=4)),
    "osf-pattern-bfloat16": Case(LLAMA_16, of("OSF", rank_pattern={"q_proj": 3, "down_proj": 0.25}), ulps=4, share=0.02),
    "peanut": Case(LLAMA, of("Peanut", r=3, depth=0, scaling=1.5)),
    "peanut-deep": Case(LLAMA, of("Peanut", r=3, depth=4, act_fn="relu", scaling=0.5)),
    "peanut-bfloat16": Case(LLAMA_16, of("Peanut", r=3, depth=2, act_fn="gelu")),
    "beft-float16": Case(QWEN_16, of("Beft", target_modules=["q_proj", "v_proj"])),
}

SHARED = {
    "vera": Case(LLAMA, of("Vera", r=6)),
    "vera-regenerated": Case(LLAMA, of("Vera", r=6, save_projection=False, projection_prng_key=7)),
    "vera-regenerated-bfloat16": Case(LLAMA_16, of("Vera", r=6, save_projection=False, projection_prng_key=12345)),
    "vera-conv1d-class": Case(GPT2, of("Vera", r=6, target_modules=["c_attn"])),
    "pvera": Case(LLAMA, of("Pvera", r=6)),
    "pvera-regenerated": Case(LLAMA, of("Pvera", r=6, save_projection=False, projection_prng_key=3)),
    "vblora-logits": Case(LLAMA, of("VBLoRA", r=4, num_vectors=12, vector_length=4, topk=3)),
    "vblora-topk": Case(LLAMA, of("VBLoRA", r=4, num_vectors=12, vector_length=4, topk=2, save_only_topk_weights=True)),
    "vblora-topk-bfloat16": Case(LLAMA_16, of("VBLoRA", r=4, num_vectors=300, vector_length=8, topk=3, save_only_topk_weights=True)),
    "randlora": Case(LLAMA, of("RandLora", r=5, randlora_alpha=3)),
    "randlora-bfloat16": Case(LLAMA_16, of("RandLora", r=5, randlora_alpha=3)),
    "randlora-regenerated": Case(LLAMA, of("RandLora", r=5, randlora_alpha=3, save_projection=False, projection_prng_key=9)),
    "randlora-sparse-regenerated": Case(LLAMA, of("RandLora", r=5, randlora_alpha=3, sparse=True, save_projection=False, projection_prng_key=2)),
    "randlora-very-sparse-regenerated": Case(LLAMA_16, of("RandLora", r=5, randlora_alpha=3, very_sparse=True, save_projection=False)),
    "randlora-sparse": Case(LLAMA, of("RandLora", r=5, randlora_alpha=3, sparse=True)),
    "tinylora": Case(LLAMA, of("TinyLora", r=2, u=5), size=0.3),
    "tinylora-tied-bfloat16": Case(LLAMA_16, of("TinyLora", r=2, u=5, weight_tying=0.5), size=0.3),
    "fourierft": Case(LLAMA, of("FourierFT", n_frequency=20, scaling=10.0)),
    "fourierft-bfloat16": Case(LLAMA_16, of("FourierFT", n_frequency=20, n_frequency_pattern={"q_proj": 33}, random_loc_seed=5, scaling=10.0), share=0.005),
    "fourierft-conv1d-class": Case(GPT2, of("FourierFT", n_frequency=20, scaling=10.0, target_modules=["c_attn"])),
}

ROTATIONS = {
    "oft": Case(LLAMA, of("OFT", oft_block_size=8)),
    "oft-float16": Case(QWEN_16, of("OFT", oft_block_size=4, bias="all")),
    "oft-shared": Case(LLAMA, of("OFT", oft_block_size=8, block_share=True, use_cayley_neumann=False)),
    "oft-exact": Case(LLAMA_16, of("OFT", r=2, oft_block_size=0, use_cayley_neumann=False)),
    **{f"oft-{terms}-terms": Case(TIED, of("OFT", oft_block_size=8, num_cayley_neumann_terms=terms, target_modules=["q_proj"])) for terms in (2, 3, 4, 7)},
    "oft-constrained": Case(LLAMA, of("OFT", oft_block_size=8, coft=True, eps=0.05)),
    "oft-conv2d": Case(VIT, of("OFT", oft_block_size=5, target_modules=["projection"])),
    "boft": Case(LLAMA, of("BOFT", boft_block_size=4)),
    "boft-blocks-float16": Case(QWEN_16, of("BOFT", boft_block_size=0, boft_block_num=2, bias="boft_only")),
    "boft-conv2d": Case(VIT, of("BOFT", boft_block_size=5, target_modules=["projection"])),
    "hra": Case(LLAMA, of("HRA", r=4)),
    "hra-orthogonal": Case(LLAMA, of("HRA", r=4, apply_GS=True)),
    "hra-bfloat16": Case(LLAMA_16, of("HRA", r=3)),
    "hra-conv2d": Case(VIT, of("HRA", r=4, target_modules=["projection"])),
    **{f"road-{kind}": Case(LLAMA, of("Road", variant=f"road_{kind}", group_size=8)) for kind in (1, 2, 4)},
    **{f"road-{kind}-float16": Case(QWEN_16, of("Road", variant=f"road_{kind}", group_size=4, target_modules=["q_proj", "v_proj"])) for kind in (1, 2, 4)},
}

OTHERS = {
    "ia3": Case(LLAMA, of("IA3", target_modules=["k_proj", "down_proj"], feedforward_modules=["down_proj"])),
    "ia3-float16": Case(QWEN_16, of("IA3", target_modules=["k_proj", "v_proj", "down_proj"], feedforward_modules=["down_proj"])),
    "ia3-conv1d-class": Case(GPT2, of("IA3", target_modules=["c_attn", "mlp.c_proj"], feedforward_modules=["mlp.c_proj"])),
    "ia3-conv2d": Case(VIT, of("IA3", target_modules=["projection"], feedforward_modules=[])),
    "miss": Case(LLAMA, of("Miss", r=8)),
    "miss-uneven": Case(LLAMA, of("Miss", r=7)),
    "miss-bfloat16": Case(LLAMA_16, of("Miss", r=8)),
    "miss-mini": Case(LLAMA, of("Miss", r=8, mini_r=4, init_weights="mini")),
    "miss-bat-bfloat16": Case(LLAMA_16, of("Miss", r=8, init_weights="bat")),
    "miss-bat": Case(LLAMA, of("Miss", r=8, init_weights="bat")),
    "bone": Case(LLAMA, of("Miss", r=8), "float64", REMOVED, edit=as_bone),
    "bone-bat": Case(LLAMA, of("Miss", r=8, init_weights="bat"), "float64", REMOVED, edit=as_bone),
    "shira": Case(LLAMA, of("Shira", r=2, random_seed=4)),
    "shira-bfloat16": Case(LLAMA_16, of("Shira", r=2)),
    "c3a": Case(LLAMA, of("C3A", block_size=8)),
    "c3a-pattern-bfloat16": Case(LLAMA_16, of("C3A", block_size=8, block_size_pattern={"q_proj": 4})),
    "ln-tuning": Case(LLAMA, of("LNTuning", target_modules=["input_layernorm", "norm"])),
    "ln-tuning-biased": Case(GPT2, of("LNTuning", target_modules=["ln_1", "ln_f"])),
    "ln-tuning-bfloat16": Case(LLAMA_16, of("LNTuning", target_modules=["norm"])),
    "trainable-tokens": Case(LLAMA, of("TrainableTokens", token_indices=[3, 40, 7], target_modules=["embed_tokens"])),
    "trainable-tokens-tied": Case(TIED_16, of("TrainableTokens", token_indices=[3, 40], target_modules=["embed_tokens"])),
    "trainable-tokens-text-config": Case(QWEN_VL, of("TrainableTokens", token_indices=[1, 2], target_modules=["embed_tokens"])),
    "supertuning": Case(LLAMA, of("Supertuning", sparsity=0.9)),
    "supertuning-lowest-bfloat16": Case(LLAMA_16, of("Supertuning", sparsity=0.9, select_top=False)),
    "supertuning-lora": Case(LLAMA, of("Supertuning", sparsity=0.95, r=2, lora_alpha=3)),
}

CASES = PRODUCTS | SHARED | ROTATIONS | OTHERS
