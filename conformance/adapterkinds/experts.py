"""Cases of LoRA on mixtures of experts: per-expert and fused adapters on per-expert and fused bases."""

import torch

import older_adapter
from adapterkinds.lora import lora
from adapterkinds.making import Case

PER_EXPERT, MIXTRAL = "qwen3-moe-bfloat16", "mixtral-float32"
BESIDE_DENSE = "qwen2-moe-bfloat16"  # a dense layer, and one with routed experts and a shared one
FUSED_BASE, GPT_OSS = "qwen3-moe-fused-float32", "gpt-oss-bfloat16"
GATE_UP, DOWN = "mlp.experts.gate_up_proj", "mlp.experts.down_proj"
FUSED = [GATE_UP, DOWN]
NARROW = {"r": 2, "target_modules": []}
VERSION = "PEFT reads only the layout of its own version"
LINEAR = "experts of transformers 4 are linear layers, whose delta PEFT does not round; under transformers 5 it does"
SINGLE = "PEFT makes and merges DoRA on single experts under transformers 4.57 alone, where they are linear layers; checks/test_single_experts.py holds this against that"
RESCALED = "PEFT doubles the rank when it fuses the experts, and scales rsLoRA by the root of that"
LOST = "PEFT loses the routed experts of this family without a word"
IGNORED = "PEFT ignores an alpha_pattern that names the experts' projections"


def older_layout(version, *, swap):
    """As PEFT 0.17 to 0.19.0 lay out the tensors of a fused parameter: rows and columns of each expert change places."""

    def edit(tensors, config):
        config["peft_version"] = version
        return _swapped(tensors, 3) if swap else None

    return edit


def _swapped(tensors, experts):
    out = dict(tensors)
    for key in [key for key in tensors if "experts." in key and key.endswith("lora_A.weight")]:
        a, b = tensors[key], tensors[key.replace("lora_A", "lora_B")]
        rank = a.shape[0] // experts
        out[key] = b.reshape(b.shape[0], rank, experts).permute(2, 1, 0).flatten(0, 1)  # [experts * rank, out]
        out[key.replace("lora_A", "lora_B")] = a.reshape(experts, rank, -1).permute(2, 1, 0).flatten(1, 2)  # [in, rank * experts]
    return out


def per_expert(block, names, hidden, inner, rank=2, layer=0):
    """Adds a pair for every projection of every expert, as PEFT under transformers 4 saves them."""

    def edit(tensors, config):
        generator = torch.Generator().manual_seed(17)
        shapes = dict(zip(names, [(inner, hidden), (inner, hidden), (hidden, inner)]))
        for expert in range(3):
            for name, (out, width) in shapes.items():
                key = f"base_model.model.model.layers.{layer}.{block}.experts.{expert}.{name}."
                tensors[key + "lora_A.weight"] = torch.randn(rank, width, generator=generator) * 0.2
                tensors[key + "lora_B.weight"] = torch.randn(out, rank, generator=generator) * 0.2
        config["target_modules"] = sorted({*config["target_modules"], *names})
        return tensors

    return edit


# Configurations in the names of transformers 4: PEFT turns them into target_parameters with bare names under transformers 5.
ALL_MIXTRAL = ["q_proj", "k_proj", "v_proj", "o_proj", "w1", "w2", "w3"]
ALL_QWEN = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
BARE = ["gate_up_proj", "down_proj"]
DORA = {"r": 2, "use_dora": True, "task_type": "CAUSAL_LM", "target_modules": ["q_proj", "w1", "w2", "w3"]}
QWEN_EXPERTS = per_expert("mlp", ["gate_proj", "up_proj", "down_proj"], 24, 12)
MIXTRAL_EXPERTS = per_expert("block_sparse_moe", ["w1", "w3", "w2"], 24, 16)
BESIDE_DENSE_EXPERTS = per_expert("mlp", ["gate_proj", "up_proj", "down_proj"], 24, 12, layer=1)
LINEARS = {"r": 2, "target_modules": ["q_proj", "gate_proj", "up_proj", "down_proj"]}
ATTENTION = {"r": 2, "target_modules": ["q_proj"]}

CASES = {
    "experts-fused": Case(PER_EXPERT, lora(r=2, target_modules=["q_proj"], target_parameters=FUSED)),
    "experts-fused-down": Case(PER_EXPERT, lora(**NARROW, target_parameters=[DOWN])),
    "experts-fused-patterns": Case(MIXTRAL, lora(**NARROW, target_parameters=FUSED, rank_pattern={"experts.down_proj": 4}, alpha_pattern={"gate_up_proj": 9})),
    "experts-fused-gate-up": Case(MIXTRAL, lora(**NARROW, use_rslora=True, target_parameters=[GATE_UP])),
    "experts-transposed": Case(GPT_OSS, lora(r=2, target_modules=["k_proj"], target_parameters=FUSED)),
    "experts-microscaled": Case("gpt-oss-mxfp4", lora(**NARROW, target_parameters=FUSED)),
    "experts-fused-on-fused": Case(FUSED_BASE, lora(**NARROW, target_parameters=FUSED)),
    "experts-0.18": Case(PER_EXPERT, lora(**NARROW, target_parameters=FUSED), "float64", VERSION, edit=older_layout("0.18.1", swap=True)),
    "experts-0.18-on-fused": Case(FUSED_BASE, lora(**NARROW, target_parameters=FUSED), "float64", VERSION, edit=older_layout("0.17.0", swap=True)),
    "experts-0.18-transposed": Case(GPT_OSS, lora(**NARROW, target_parameters=FUSED), edit=older_layout("0.18.0", swap=False)),
    "experts-0.19.0": Case(MIXTRAL, lora(**NARROW, target_parameters=FUSED), "float64", VERSION, edit=older_layout("0.19.0", swap=True)),
    "experts-0.19.0-transposed": Case(GPT_OSS, lora(**NARROW, target_parameters=FUSED), "float64", VERSION, edit=older_layout("0.19.0", swap=True)),
    "experts-one-by-one": Case(PER_EXPERT, lora(**ATTENTION), "float64", LINEAR, edit=QWEN_EXPERTS),
    "experts-one-by-one-float32": Case(MIXTRAL, lora(**ATTENTION), edit=MIXTRAL_EXPERTS),
    "experts-one-by-one-on-fused": Case(FUSED_BASE, lora(**ATTENTION), edit=QWEN_EXPERTS),
    "experts-one-by-one-rslora": Case(MIXTRAL, lora(**ATTENTION, use_rslora=True), "float64", RESCALED, edit=MIXTRAL_EXPERTS),
    "experts-one-by-one-patterns": Case(MIXTRAL, lora(**ATTENTION, alpha_pattern={"w1": 9, "w3": 3}), "float64", IGNORED, edit=MIXTRAL_EXPERTS),
    "experts-beside-dense": Case(BESIDE_DENSE, lora(**LINEARS, target_parameters=FUSED)),
    "experts-one-by-one-beside-dense": Case(BESIDE_DENSE, lora(**LINEARS), "float64", LOST, edit=BESIDE_DENSE_EXPERTS),
    "experts-phimoe": Case("phimoe-float32", lora(**NARROW, target_parameters=[*FUSED, "mlp.router.weight"])),
    "experts-granite": Case("granite-moe-float32", lora(**NARROW, target_parameters=["block_sparse_moe.experts.gate_up_proj", "block_sparse_moe.experts.down_proj", "router.weight"])),
    "experts-without-gate": Case("nemotron-h-float32", lora(**NARROW, target_parameters=["mixer.experts.up_proj", "mixer.experts.down_proj"])),
    "experts-dbrx": Case("dbrx-float32", lora(**NARROW, target_parameters=["experts.mlp.w1", "experts.mlp.v1", "experts.mlp.w2"])),
    "experts-one-by-one-dora": Case(MIXTRAL, lora(**ATTENTION), "float64", SINGLE, edit=older_adapter.made_by_older(MIXTRAL, DORA)),
    "experts-converted-mixtral": Case(MIXTRAL, lora(r=3, lora_alpha=5, target_modules=ALL_MIXTRAL)),
    "experts-converted-mixtral-router": Case(MIXTRAL, lora(r=2, use_rslora=True, target_modules=["q_proj", "gate", "w2"])),
    "experts-converted-qwen3": Case(PER_EXPERT, lora(r=3, lora_alpha=5, target_modules=ALL_QWEN)),
    "experts-converted-qwen3-on-fused": Case(FUSED_BASE, lora(r=2, target_modules=ALL_QWEN, alpha_pattern={"down_proj": 7}, rank_pattern={"down_proj": 4})),
    "experts-converted-qwen3-down": Case(PER_EXPERT, lora(r=2, target_modules=["q_proj", "o_proj", "down_proj"], target_parameters=[GATE_UP])),
    "experts-converted-all-linear": Case(PER_EXPERT, lora(r=2, target_modules="all-linear")),
    "experts-converted-deepseek": Case("deepseek-v3-float32", lora(r=2, target_modules=["o_proj", "gate_proj", "up_proj", "down_proj"])),
    "experts-bare-qwen2": Case(BESIDE_DENSE, lora(r=2, target_modules=["q_proj", "gate_proj", "up_proj", "down_proj"], target_parameters=BARE)),
    "experts-bare-transposed": Case(GPT_OSS, lora(r=2, target_modules=["q_proj", "o_proj"], target_parameters=BARE, alpha_pattern={"gate_up_proj": 9})),
    "experts-bare-biases": Case(GPT_OSS, lora(r=2, target_modules=["q_proj"], target_parameters=[*BARE, "gate_up_proj_bias", "down_proj_bias"])),
    "experts-bare-dbrx": Case("dbrx-float32", lora(r=2, target_modules=["out_proj"], target_parameters=["w1", "v1", "w2"])),
    "experts-bare-granite": Case("granite-moe-float32", lora(r=2, target_modules=["q_proj"], target_parameters=BARE)),
    "experts-bare-nemotron": Case("nemotron-h-float32", lora(r=2, target_modules=["q_proj"], target_parameters=["up_proj", "down_proj"])),
    "experts-bare-phimoe": Case("phimoe-float32", lora(r=2, target_modules=["q_proj"], target_parameters=[*BARE, "router.weight"])),
    "router": Case(PER_EXPERT, lora(**NARROW, target_parameters=["mlp.gate.weight"])),
}
