"""Cases of several adapters in one run, with weights and in both orders."""

from adapterkinds.lora import ENDS, LLAMA, LLAMA_16, QWEN_16, SHARED, TIED, lora
from adapterkinds.making import Case
from adapterkinds.types import of

CONCATENATED = "PEFT casts the concatenated factors to the 16 bits of the base"
TURNS = "PEFT rounds to the 16 bits of the base after each adapter"
MIXED = "PEFT gives no weight to adapters of different types"

OFT = of("OFT", oft_block_size=8)
IA3 = of("IA3", target_modules=["k_proj", "v_proj", "down_proj"], feedforward_modules=["down_proj"])
NORMS = of("LNTuning", target_modules=["input_layernorm", "norm"])

LORAS = {
    "sum-of-two": Case(LLAMA_16, lora(), "float64", CONCATENATED, more=[lora(r=5, lora_alpha=4, use_rslora=True, target_modules=["q_proj", "v_proj"])], weights=[0.7, 0.45]),
    "sum-of-three": Case(LLAMA, lora(), more=[lora(r=2), lora(target_modules=["up_proj"])], weights=[1.0, -0.5, 0.25]),
    "one-after-the-other": Case(LLAMA, lora(), more=[lora(use_dora=True)]),
    "several-same-modules": Case(LLAMA, lora(), more=[lora(r=5, lora_alpha=4)], weights=[0.5, -0.25]),
    "several-other-modules": Case(LLAMA, lora(target_modules=["q_proj"]), more=[lora(r=2, lora_alpha=9, target_modules=["up_proj"])]),
    "several-same-modules-float16": Case(QWEN_16, lora(), "float64", TURNS, more=[lora(r=5)]),
    "several-patterns-bfloat16": Case(LLAMA_16, lora(use_rslora=True, rank_pattern={"q_proj": 5}, alpha_pattern={".*down_proj": 2}), "float64", TURNS, more=[lora(r=4)]),
    "several-dora-first": Case(LLAMA, lora(use_dora=True), more=[lora(r=2)]),
    "several-doras": Case(LLAMA, lora(use_dora=True), more=[lora(r=2, use_dora=True)]),
    "several-bias": Case(QWEN_16, lora(target_modules=["q_proj"], bias="lora_only"), "float64", TURNS, more=[lora(target_modules=["q_proj", "v_proj"], lora_bias=True)]),
}

ENDS_OF_BOTH = {
    "several-embeddings": Case(LLAMA, lora(target_modules=ENDS), more=[lora(r=2, target_modules=["embed_tokens"])]),
    "several-ends-of-tied": Case(TIED, lora(target_modules=["embed_tokens"]), "float64", SHARED, more=[lora(r=2, target_modules=["lm_head"])]),
    "several-on-tied": Case(TIED, lora(), "float64", SHARED, more=[lora(target_modules=["embed_tokens"])], weights=[1.0, 0.5]),
    "several-tokens": Case(LLAMA, lora(trainable_token_indices=[7, 3]), more=[lora(trainable_token_indices=[9, 48])]),
    "several-saved-and-adapted": Case(LLAMA, lora(modules_to_save=["lm_head"]), more=[lora(target_modules=["lm_head"])], save={"save_embedding_layers": False}),
}

TYPES = {
    "several-oft-last": Case(LLAMA, lora(), more=[OFT]),
    "several-oft-first": Case(LLAMA, OFT, more=[lora()]),
    "several-ofts": Case(LLAMA_16, OFT, "float64", TURNS, more=[of("OFT", oft_block_size=4)]),
    "several-ia3": Case(LLAMA, lora(), more=[IA3]),
    "several-ia3-float16": Case(QWEN_16, lora(), "float64", TURNS, more=[IA3]),
    "several-hira": Case(LLAMA, lora(), more=[of("Hira", r=3)]),
    "several-osf": Case(LLAMA, lora(), more=[of("OSF", effective_rank=4)]),
    "several-norms": Case(LLAMA, lora(), more=[NORMS]),
    "several-loha-weighted": Case(LLAMA, of("LoHa", r=3, alpha=5), "float64", MIXED, more=[lora(r=2)], weights=[0.5, -1.5], size=0.3),
    "several-vera-weighted-bfloat16": Case(LLAMA_16, of("Vera", r=6), "float64", MIXED, more=[lora(r=2), of("LoKr", r=2, alpha=3)], weights=[2.0, 1.0, -0.5], size=0.2),
}

CASES = LORAS | ENDS_OF_BOTH | TYPES
